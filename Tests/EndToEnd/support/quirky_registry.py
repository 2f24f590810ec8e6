"""A registry on loopback with quirks: quirky_registry.py DIRECTORY JSON. Writes its port and a log of requests there, and keeps blobs in memory.
JSON keys: load {"repo:tag": "layoutdir:tag"}, and quirks named below."""
import base64, hashlib, http.server, json, os, re, sys, threading, time, urllib.parse, uuid
PREFIX, Q = sys.argv[1], json.loads(sys.argv[2])
q = lambda k, d=None: Q.get(k, d)
blobs, manifests, tags, uploads = {}, {}, {}, {}   # digest->bytes ; (repo,digest)->(type,bytes) ; (repo,tag)->digest
owned = {}                                          # repo -> set(digests)
log = open(PREFIX + '/log', 'a', buffering=1)
state = {'tokens': {}, 'n': 0, 'flaky': 0, 'count': {}}
def sha(d): return 'sha256:' + hashlib.sha256(d).hexdigest()
def load(target, src):
    repo, tag = target.rsplit(':', 1); d, t = src.rsplit(':', 1)
    idx = json.load(open(d + '/index.json'))
    rd = lambda g: open(d + '/blobs/sha256/' + g[7:], 'rb').read()
    def take(desc):
        data = rd(desc['digest']); o = json.loads(data); manifests[(repo, desc['digest'])] = (desc['mediaType'], data)
        for m in o.get('manifests', []): take(m)
        for m in ([o['config']] if 'config' in o else []) + o.get('layers', []):
            blobs[m['digest']] = rd(m['digest']); owned.setdefault(repo, set()).add(m['digest'])
    for m in idx['manifests']:
        if m.get('annotations', {}).get('org.opencontainers.image.ref.name') == t: take(m); tags[(repo, tag)] = m['digest']
for a, s in q('load', {}).items(): load(a, s)
extra_tags = q('tags', {})
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(s, *a): pass
    def say(s, code, body=b'', headers=(), length=True):
        if isinstance(body, (dict, list)): body = json.dumps(body).encode()
        log.write('%s %s %s auth=%s te=%s cl=%s cr=%s\n' % (code, s.command, s.path, s.headers.get('Authorization', '-').split(' ')[0], s.headers.get('Transfer-Encoding', '-'), s.headers.get('Content-Length', '-'), s.headers.get('Content-Range', '-')))
        s.send_response(code)
        hd = dict((k.lower(), 1) for k, v in headers)
        for k, v in headers: s.send_header(k, v)
        if q('warning'): s.send_header('Warning', q('warning'))
        if length and 'content-length' not in hd: s.send_header('Content-Length', str(len(body)))
        s.end_headers()
        if s.command != 'HEAD' and code not in (204, 304): s.wfile.write(body)
    def err(s, code, name, msg='', headers=()): s.say(code, {'errors': [{'code': name, 'message': msg or name.lower()}]}, [('Content-Type', 'application/json')] + list(headers))
    def body(s):
        te = s.headers.get('Transfer-Encoding', '')
        if 'chunked' in te.lower():
            out = b''
            while True:
                n = int(s.rfile.readline().split(b';')[0].strip() or b'0', 16)
                if n == 0: s.rfile.readline(); return out
                out += s.rfile.read(n); s.rfile.readline()
        return s.rfile.read(int(s.headers.get('Content-Length') or 0))
    def root(s): return 'http://%s' % s.headers.get('Host')
    # authentication
    def auth(s, repo, action, catalog=False):
        a = q('auth')
        if not a: return True
        got = s.headers.get('Authorization', '')
        if a == 'basic' or (catalog and q('catalog_basic')):
            if got == 'Basic ' + base64.b64encode(b'me:secret').decode(): return True
            hs = q('challenges') or ['Basic realm="x"']
        else:
            t = state['tokens'].get(got[7:]) if got.lower().startswith('bearer ') else None
            if t and time.time() < t[1] and (repo is None or q('scope_star') or (repo, action) in t[0]) and not catalog: return True
            if t and catalog and ('registry', 'catalog') in t[0]: return True
            scope = q('scope_star') and '*' or (catalog and 'registry:catalog:*') or (repo and 'repository:%s:%s' % (repo, q('pull_scope_only') and 'pull' or (action == 'push' and 'pull,push' or 'pull')))
            hs = [h.replace('@', s.root()) .replace('%SCOPE', scope or '') for h in (q('challenges') or ['Bearer realm="@/token",service="reg"' + (',scope="%SCOPE"' if scope else '')])]
        s.drain(); s.err(401, 'UNAUTHORIZED', 'authentication required', [('WWW-Authenticate', h) for h in hs]); return False
    def drain(s):
        try: s.body()
        except Exception: pass
    def token(s):
        u = urllib.parse.urlparse(s.path); p = urllib.parse.parse_qs(u.query); post = b''
        if s.command == 'POST':
            if q('no_post_token'): s.drain(); return s.err(405, 'UNSUPPORTED')
            p.update(urllib.parse.parse_qs(s.body().decode()))
        if q('token_needs_login') and s.headers.get('Authorization') != 'Basic ' + base64.b64encode(b'me:secret').decode() and p.get('password') != ['secret']: return s.err(401, 'UNAUTHORIZED', 'bad credentials')
        scopes = []
        for x in p.get('scope', []): scopes += x.split(' ')
        if q('last_scope_only'): scopes = scopes[-1:]
        allowed = set()
        for x in scopes:
            m = re.match(r'repository:(.*):([a-z,*]+)$', x)
            if m:
                for act in m[2].split(','): allowed.add((m[1], act))
            if x.startswith('registry:catalog'): allowed.add(('registry', 'catalog'))
        state['n'] += 1; t = 'tok%d' % state['n']; life = q('token_life', 3600)
        state['tokens'][t] = (allowed, time.time() + life)
        body = {q('token_field', 'token'): t}
        if not q('no_expires'): body['expires_in'] = q('says_life', life); body['issued_at'] = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        if q('issued_at'): body['issued_at'] = q('issued_at')
        log.write('# scopes asked: %s\n' % scopes)
        s.say(200, body, [('Content-Type', q('token_type', 'application/json'))])
    def handle_any(s):
        try: s.route()
        except (BrokenPipeError, ConnectionResetError): pass
    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any
    def route(s):
        u = urllib.parse.urlparse(s.path); p = u.path; qs = urllib.parse.parse_qs(u.query, keep_blank_values=True)
        if p == '/token': return s.token()
        if p.startswith('/storage/'):
            if s.headers.get('Authorization'): return s.say(400, b'<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>', [('Content-Type', 'application/xml')])
            return s.blob(p[9:])
        if p in ('/v2/', '/v2'):
            if q('no_ping_auth') or s.auth(None, None): return s.say(200, {}, [('Docker-Distribution-Api-Version', 'registry/2.0')])
            return
        if q('limit429') and state['count'].setdefault(s.command + p, 0) < q('limit429'):
            state['count'][s.command + p] += 1; s.drain()
            return s.err(429, 'TOOMANYREQUESTS', 'slow down', [('Retry-After', q('retry_after', '1'))])
        if p == '/v2/_catalog':
            if not s.auth(None, None, catalog=True): return
            return s.say(200, {'repositories': sorted({r for r, t in tags})})
        m = re.match(r'/v2/(.+)/tags/list$', p)
        if m: return s.taglist(m[1], qs)
        m = re.match(r'/v2/(.+)/manifests/([^/]+)$', p)
        if m: return s.manifest(m[1], m[2])
        m = re.match(r'/v2/(.+)/blobs/(sha256:[0-9a-f]+)$', p)
        if m: return s.getblob(m[1], m[2])
        m = re.match(r'/v2/(.+)/blobs/uploads/([^/]*)$', p)
        if m: return s.upload(m[1], m[2], qs)
        m = re.match(r'/v2/(.+)/referrers/(.+)$', p)
        if m:
            if not s.auth(m[1], 'pull'): return
            return s.err(q('referrers_code', 404), 'NOT_FOUND')
        s.drain(); s.err(404, 'NOT_FOUND', 'no route')
    def taglist(s, repo, qs):
        if not s.auth(repo, 'pull'): return
        allt = sorted(extra_tags.get(repo, []) or [t for r, t in tags if r == repo])
        if q('tags_null'): return s.say(200, {'name': repo, 'tags': None})
        if q('tags_404'): return s.err(404, q('tags_404'))
        per = q('page')
        if not per: return s.say(200, {'name': repo, 'tags': allt})
        start = int(base64.urlsafe_b64decode(qs['next_page'][0]).decode()) if 'next_page' in qs else (allt.index(qs['last'][0]) + 1 if 'last' in qs and qs['last'][0] else 0)
        part = allt[start:start + per]; hs = []
        if start + per < len(allt):
            style = q('link', 'relative'); tok = base64.urlsafe_b64encode(str(start + per).encode()).decode()
            path = '/v2/%s/tags/list?next_page=%s&n=%d' % (repo, urllib.parse.quote(tok), per)
            if style == 'absolute': path = s.root() + path
            if style == 'bare': path = 'list?next_page=%s' % urllib.parse.quote(tok)
            if style == 'query': path = '?next_page=%s' % urllib.parse.quote(tok)
            hs = [('Link', {'plain': '<%s>; rel=next', 'other': '</help>; rel="help", <%s>; rel="next"; title="a,b"'}.get(q('linkrel'), '<%s>; rel="next"') % path)]
        s.say(200, {'name': repo, 'tags': part}, hs)
    def manifest(s, repo, ref):
        if s.command == 'PUT':
            if not s.auth(repo, 'push'): return
            d = s.body(); g = sha(d); ct = s.headers.get('Content-Type')
            o = json.loads(d)
            if q('need_blobs', True):
                for x in ([o['config']] if 'config' in o else []) + o.get('layers', []):
                    if x['digest'] not in owned.get(repo, set()): return s.err(400, 'MANIFEST_BLOB_UNKNOWN', x['digest'])
            manifests[(repo, g)] = (ct, d)
            if not ref.startswith('sha256:'): tags[(repo, ref)] = g
            return s.say(q('put_code', 201), b'', [('Location', '/v2/%s/manifests/%s' % (repo, g))] + ([] if q('no_digest') else [('Docker-Content-Digest', g)]))
        if not s.auth(repo, 'pull'): return
        if s.command == 'HEAD' and q('head_code'): return s.say(q('head_code'))
        g = ref if ref.startswith('sha256:') else tags.get((repo, ref))
        if q('static_tags_only') and ref.startswith('sha256:'): g = None
        if not g or (repo, g) not in manifests: return s.err(404, q('missing_code', 'MANIFEST_UNKNOWN'), q('missing_text', ''))
        ct, d = manifests[(repo, g)]
        s.say(200, d, [('Content-Type', q('manifest_type', ct))] + ([] if q('no_digest') else [('Docker-Content-Digest', q('wrong_digest', g))]))
    def blob(s, g):
        d = blobs.get(g)
        if d is None: return s.err(404, 'BLOB_UNKNOWN')
        hs = [('Content-Type', 'application/octet-stream')]; code = 200; rg = s.headers.get('Range')
        if rg and not q('no_ranges'):
            m = re.match(r'bytes=(\d+)-(\d*)', rg)
            a = int(m[1]); z = int(m[2]) if m[2] else len(d) - 1
            if a >= len(d): return s.say(416, b'', [('Content-Range', 'bytes */%d' % len(d))])
            hs.append(('Content-Range', 'bytes %d-%d/%d' % (a, min(z, len(d) - 1), len(d)))); d = d[a:z + 1]; code = 206
        s.say(code, d, hs)
    def getblob(s, repo, g):
        if not s.auth(repo, 'pull'): return
        if s.command == 'HEAD' and q('blob_head_code'): return s.say(q('blob_head_code'))
        if g not in owned.get(repo, set()): return s.err(404, 'BLOB_UNKNOWN')
        if q('redirect'):
            to = q('redirect') == 'relative' and '/storage/' + g or 'http://127.0.0.1:%d/storage/%s?X-Amz-Signature=abc%%2Fdef' % (PORT2, g)
            return s.say(307, b'', [('Location', to)])
        s.blob(g)
    def place(s, repo, i):
        u = uploads[i]; u['n'] = u.get('n', 0) + 1; style = q('location', 'absolute')
        path = '/v2/%s/blobs/uploads/%s' % (repo, i)
        if style == 'query': return path + '?_state=ab%2Bc%3D%3D&n=' + str(u['n'])
        if style == 'relative': return path
        if style == 'bare': return i + '?_state=x'
        return s.root() + path
    def upload(s, repo, i, qs):
        if s.command == 'POST':
            if 'mount' in qs:
                src = qs.get('from', [''])[0]
                if q('auth') and q('mount_401'):
                    t = state['tokens'].get(s.headers.get('Authorization', '')[7:])
                    if not t or (src, 'pull') not in t[0] or (repo, 'push') not in t[0]: s.drain(); return s.err(401, 'UNAUTHORIZED', 'insufficient scope', [('WWW-Authenticate', 'Bearer realm="%s/token",service="reg",scope="repository:%s:pull,push repository:%s:pull",error="insufficient_scope"' % (s.root(), repo, src))])
            if not s.auth(repo, 'push'): return
            if 'mount' in qs and not q('no_mount') and qs['mount'][0] in owned.get(qs.get('from', [''])[0], set()):
                s.drain(); owned.setdefault(repo, set()).add(qs['mount'][0]); return s.say(201, b'', [('Location', '/v2/%s/blobs/%s' % (repo, qs['mount'][0]))])
            s.drain(); i = uuid.uuid4().hex; uploads[i] = {'d': b''}
            hs = [('Location', s.place(repo, i)), ('Range', '0-0')]
            if q('min_chunk'): hs.append(('OCI-Chunk-Min-Length', str(q('min_chunk'))))
            return s.say(202, b'', hs)
        if not s.auth(repo, 'push'): return
        if i not in uploads: s.drain(); return s.err(404, 'BLOB_UPLOAD_UNKNOWN')
        u = uploads[i]
        if q('location') == 'query' and qs.get('n', [''])[0] != str(u['n']): s.drain(); return s.err(400, 'BLOB_UPLOAD_INVALID', 'stale state')
        if s.command == 'GET': return s.say(204, b'', [('Location', s.place(repo, i)), ('Range', '0-%d' % max(0, len(u['d']) - 1))])
        if s.command == 'DELETE': uploads.pop(i); return s.say(204)
        if q('break_first') and s.command == 'PATCH' and not state.get('broke'):
            state['broke'] = 1; got = b''
            while len(got) < q('break_first'):
                n = int(s.rfile.readline().split(b';')[0].strip() or b'0', 16) if 'chunked' in s.headers.get('Transfer-Encoding', '').lower() else int(s.headers.get('Content-Length') or 0)
                if n == 0: break
                got += s.rfile.read(min(n, q('break_first'))); break_now = n > q('break_first')
                if break_now: break
                s.rfile.readline()
            if q('keep_partial'): u['d'] += got
            log.write('# broke off after %d bytes\n' % len(got)); import socket
            s.close_connection = True; s.connection.shutdown(socket.SHUT_RDWR); return
        if q('no_chunked_te') and 'chunked' in s.headers.get('Transfer-Encoding', '').lower(): s.drain(); return s.err(411, 'UNSUPPORTED', 'length required')
        if q('no_patch') and s.command == 'PATCH': s.drain(); return s.err(q('no_patch'), 'UNSUPPORTED', 'monolithic uploads only')
        d = s.body()
        if q('max_body') and len(d) > q('max_body') and (s.headers.get('Content-Range') or not q('max_ranged')): return s.err(q('max_body_code', 413), q('max_body_name', 'SIZE_INVALID'), 'the request body is too large', [('Connection', 'close')] if q('close_413') else [])
        if s.command == 'PATCH':
            if q('short_accept'): d = d[:q('short_accept')]
            cr = s.headers.get('Content-Range')
            if cr and int(cr.split('-')[0].replace('bytes ', '')) != len(u['d']): return s.err(416, 'RANGE_INVALID', 'out of order', [('Range', '0-%d' % max(0, len(u['d']) - 1)), ('Location', s.place(repo, i))])
            u['d'] += d
            r = {'last_only': '0-%d' % (len(d) - 1), 'zero': '0-0'}.get(q('patch_range'), '0-%d' % (len(u['d']) - 1))
            return s.say(q('patch_code', 202), b'', ([] if q('no_patch_location') else [('Location', s.place(repo, i))]) + ([] if q('no_patch_range') else [('Range', r)]))
        u['d'] += d; g = qs.get('digest', [''])[0]
        if sha(u['d']) != g: return s.err(400, 'DIGEST_INVALID', 'got %s of %d bytes' % (sha(u['d']), len(u['d'])))
        blobs[g] = u['d']; owned.setdefault(repo, set()).add(g); uploads.pop(i)
        s.say(q('put_blob_code', 201), b'', [('Location', '/v2/%s/blobs/%s' % (repo, g))] + ([] if q('no_digest') else [('Docker-Content-Digest', g)]))
class S(http.server.ThreadingHTTPServer): daemon_threads = True; request_queue_size = 64
srv2 = S(('127.0.0.1', 0), H); PORT2 = srv2.server_port
threading.Thread(target=srv2.serve_forever, daemon=True).start()
srv = S(('127.0.0.1', 0), H)
open(PREFIX + '/port.tmp', 'w').write(str(srv.server_port)); os.rename(PREFIX + '/port.tmp', PREFIX + '/port')
srv.serve_forever()
