/// Short names of well-known images, for machines whose registries are not configured.
enum OfficialImages {
    /// What an explanation names instead of a file.
    static let origin = "the built-in list of well-known images"

    static var aliases: [String: RegistriesConfig.Alias] {
        var aliases: [String: RegistriesConfig.Alias] = [:]
        for name in docker.split(whereSeparator: \.isWhitespace).map(String.init) {
            aliases[name] = RegistriesConfig.Alias(target: "docker.io/library/\(name)", file: origin)
        }
        for (name, target) in others { aliases[name] = RegistriesConfig.Alias(target: target, file: origin) }
        return aliases
    }

    /// Docker's official images: hub.docker.com/u/library.
    private static let docker = """
        adminer almalinux alpine alt amazoncorretto amazonlinux archlinux bash buildpack-deps busybox caddy cassandra
        clojure composer consul couchdb dart debian docker drupal eclipse-temurin elasticsearch elixir erlang gcc ghost
        golang gradle groovy haproxy haskell hello-world httpd influxdb joomla jruby julia kibana kong logstash mariadb
        maven mediawiki memcached mongo mongo-express mysql nats neo4j nextcloud nginx node openjdk perl php postgres
        pypy python r-base rabbitmq redis redmine registry rethinkdb rockylinux ruby rust sapmachine solr sonarqube swift
        telegraf tomcat traefik ubuntu varnish wordpress zookeeper
        """

    /// Where distributions publish their own.
    private static let others = [
        "buildah": "quay.io/buildah/stable", "centos": "quay.io/centos/centos",
        "fedora": "registry.fedoraproject.org/fedora", "fedora-minimal": "registry.fedoraproject.org/fedora-minimal",
        "opensuse/leap": "registry.opensuse.org/opensuse/leap",
        "opensuse/tumbleweed": "registry.opensuse.org/opensuse/tumbleweed",
        "oraclelinux": "container-registry.oracle.com/os/oraclelinux", "podman": "quay.io/podman/stable",
        "skopeo": "quay.io/skopeo/stable",
    ]
}
