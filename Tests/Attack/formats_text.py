"""True samples of the formats that are text."""

INVENTORIES = [
    b'{"version":1,"hosts":["a","b"]}',
    b"""{ "version": 1, "defaults": { "timeout": "50ms", "attempts": 1, "resolve_timeout": "50ms" },
  "checks": {
    "ssh": { "tcp": { "port": "{ssh_port}", "expect": "SSH-2.0-", "send": "x", "close": "reset" } },
    "name": { "dns": { "server": "127.0.0.1:1", "name": "{name}", "type": "A", "expect": { "rcode": "NOERROR", "answers": ["{address}"] } } },
    "home": { "http": { "url": "http://{address}:1/health", "method": "POST", "headers": { "x": "{name}" }, "body": "b", "limit": "64KB",
      "expect": { "status": [200, "2xx", "200-299"], "body": "ok", "headers": { "a": "b" } } } },
    "tls": { "http": { "url": "https://{name}:1/", "tls": { "verify": true, "daysLeft": 7, "serverName": "{name}" } }, "timeout": "10ms" } },
  "groups": { "web": { "labels": { "tier": "edge", "n": 1, "on": true }, "vars": { "ssh_port": 1 }, "checks": ["ssh", "name", "home"],
      "hosts": [{ "name": "web[01:20].test", "address": "127.10.[0:1].[1:10]", "labels": { "x": "y" } }, "127.0.0.1"],
      "groups": { "eu": { "checks": ["tls"], "hosts": [{ "name": "eu[a:f]", "address": "127.0.0.[1:6]", "vars": { "ssh_port": 2 } }] } } } },
  "hosts": [{ "name": "lone", "address": "127.0.0.9", "checks": ["ssh"] }],
  "sentinels": ["127.0.0.1:1", "[::1]:2"],
  "lab": { "faults": [{ "fault": "refused", "check": "ssh", "hosts": ["web[01:03].test"] }] } }""",
    b"""{"version":1,"checks":{"c":{"tcp":{"port":1}},"d":{"dns":{"type":"MX","transport":"tcp","recursion":false,"expect":{"minimum":0}}}},
"hosts":[{"name":"n[0:100:10]","address":"10.0.[0:0].[1:11]","checks":["c"]},{"name":"\\u00e9".."x","checks":[]}]}""",
]

CONFIGURATIONS = [
    b"""# a comment
weekly
rotate 4
create
compress
tabooext + .bad
{lane}/root/*.log {
    daily
    rotate 3
    missingok
    notifempty
    delaycompress
    dateext
    dateformat -%Y%m%d-%H
    size 1k
    maxage 3
    postrotate
        : "$1"
    endscript
}
"{lane}/root/app.log" {lane}/root/other.log {
    copytruncate
    su 0 0
    maxtotalsize 10k
    sharedscripts
    prerotate
        :
    endscript
}
""",
    b"""{lane}/root/{app,other}.log {
    rotate 2
    monthly 31
    create 0640
    olddir {lane}/root/old
    createolddir 0755
    compressoptions -9
    compressext .z
    extension .log
    start 0
    shred
    shredcycles 2
    firstaction
    :
    endscript
    preremove
    :
    endscript
}
""",
    b"{lane}/root/[a-m]*.log { rotate 1\nweekly 3\nminsize 5\nmaxsize 1G\nminage 1\nrenamecopy\nallowhardlink\nignoreduplicates\n}\n",
    b"include {lane}/root\n/none/*.log /none/?{a,b{c,d}}[!x].log { hourly\nyearly\nmail a@b.c\nnomail\n addextension .x\n dateyesterday\n}\n",
]

LOG_FORMATS = [
    "auto", "auto", "auto", "haproxy", "traefik", "alb", "combined", "common", "caddy", "traefik-json", "json",
    "syslog", "cri", "syslog-bsd", "logfmt",
    'nginx:$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $request_time',
    'apache:%h %l %u %t "%r" %>s %b "%{Referer}i" %D', 'goaccess:%h %^[%d:%t %^] "%r" %s %b "%R" "%u"',
    r'regex:^(?<ip>\S+) .* "(?<method>[A-Z]+) (?<url>[^ ]*)[^"]*" (?<status>\d{3}) (?<bytes>\d+|-)']

LOG_LINES = [
    line.encode()
    for line in (
        r'127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?x=1 HTTP/1.0" 200 2326 "http://e.org/" "Mozilla/4.08 \x22q\x22 [en]"',
        r'{"ts":1646861401.524,"level":"info","request":{"remote_ip":"::1","method":"GET","uri":"/\u0026\ud83d\ude00",'
        r'"headers":{"User-Agent":["curl"]}},"size":10,"status":200,"a":{"b":[1,null,true]}}',
        r'{"ClientHost":"1.2.3.4","DownstreamStatus":404,"Duration":1234567,"RequestPath":"/p?q","StartUTC":"2024-02-29T12:00:00.5Z"}',
        r'{"a": [ "x\\n", -1.5e+3, {"é":"\"€"} ], "message" : "\u0041", "status":200, "a.b":false }',
        r'<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 ID [a b="x\"\\\]"][c d="e"] message',
        "<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed", "2024-02-29T12:00:00.123456789Z stdout P part",
        r'2024-02-29T12:00:00.123456789Z stdout F {"status":200,"a":{"b":"x\n"}}',
        r'time=2024-02-29T12:00:00Z level=info msg="a \"b\" \u0041" flag a.b=1 status=200',
        'Feb 29 12:00:00 lb haproxy[1]: 10.0.0.1:33317 [29/Feb/2024:12:00:00.655] in s/h 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 '
        '{h} {} "GET / HTTP/1.1"',
        'http 2018-07-02T22:23:00.186641Z app/lb/5 192.168.1.1:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 '
        '"GET http://e.org:80/ HTTP/1.1" "curl/7.46.0" - - arn "Root=1-5" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" '
        '"10.0.0.1:80" "200" "-" "-"')]

FILTERS = [
    b'status>=500 and path ~ "^/api/" and not (ip in 10.0.0.0/8 or method in (GET, HEAD))',
    b"request_time > 250ms or bytes > 1MB", b'agent contains "bot" && !exists(referrer)',
    b"url !~ '(a|b)+c*d{2,9}[^x-z]\\.'", b"ip in ::/0 and hour_of_day = 07", b"((a=b))",
    b"url ~ '((a*)*)*b'", b"url ~ '(a|aa)*(a|aa)*(a|aa)*c'", b"url !~ 'a*a*a*a*a*b' or path ~ '((a|ab)*)*'"]

NOTATIONS = [
    b'$remote_addr [$time_local] "$request" $status', b'nginx:$remote_addr "$request" $request_time',
    b'apache:%h %l %u %t "%r" %>s %b', b'goaccess:%h %^[%d:%t %^] "%r" %s', br"regex:^(?<ip>\S+) (?<b>(a|b)*)$",
    b"ip,path,network/16", b"1h", b"2026-01-31T00:00:00Z", b"web*,!web3", b"tcp localhost:1",
    b"dns example.test MX @127.0.0.1:1", b"http://127.0.0.1:1/x?y#z", b"--output", b"90s"]

RESOLVERS = [
    b"# comment\nnameserver 127.0.0.1\nnameserver ::1\nsearch a.test b.test\noptions ndots:2 timeout:1 attempts:1 rotate edns0 use-vc\n"
    b"127.0.0.1 localhost one.test\n::1 localhost ip6-localhost\nfe80::1%lo two.test alias.test\n",
    b"domain test\nnameserver 127.0.0.1\noptions single-request no-aaaa\n; comment\n127.0.0.1\tone.test\ttwo.test # behind\n"]
