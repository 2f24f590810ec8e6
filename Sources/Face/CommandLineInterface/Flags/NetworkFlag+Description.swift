import ContainersConfig
import JSONText
import Sandbox

extension NetworkFlag {
    /// Describes the default network of commands for `info`: its name, what provides it, and why it was chosen.
    static func describeStandard(_ conf: ContainersConf) -> JSONValue {
        if isNamed(nil, conf) {
            let name = conf.containers.networkNamespace
            return ["default": .string(name), "program": "", "reason": "containers.conf has netns = \"\(name)\""]
        }
        do {
            switch try standard(conf) {
            case .success(let network):
                return ["default": "private", "program": .string(network.path), "reason": ""]
            case .failure(let obstacle):
                return ["default": "host", "program": "", "reason": .string(obstacle.reason)]
            }
        } catch {
            return ["default": "", "program": "", "reason": .string("\(error)")]
        }
    }
}
