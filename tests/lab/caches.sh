# shellcheck shell=bash disable=SC2034,SC2154 # what it sets and uses is net.sh's and the caller's
# SPDX-License-Identifier: Apache-2.0
# The caches: for each NAME a function start_NAME (sets $port, and what stop_cache needs) and, after
# the workload, log_NAME, which writes "X-Lab-Id TAB the cache's own word" to standard output.
# To be sourced after net.sh.

caches='nginx varnish varnish-vcl squid trafficserver httpd haproxy nginx-varnish haproxy-nginx'

conf() { sed "s|@RUN@|$run|g" "$lab/conf/$1" >"$run/${2:-$1}"; }

# start_cache NAME; its processes are stopped by stop_cache, front first.
start_cache() {
    stops=() clients=$v4_clients
    "start_${1//-/_}"
}
stop_cache() {
    local pair
    for pair in "${stops[@]}"; do stop "${pair%:*}" "${pair#*:}"; done
}
log_cache() { "log_${1//-/_}"; }

start_nginx() {
    port=80 clients='10.9.1.10,10.9.1.1 2001:db8:1::10,2001:db8:1::1'
    conf nginx.conf && conf nginx-cache.conf
    start "$cache" 80 nginx -p "$run" -e error.log -c nginx.conf
    stops=("QUIT:$started")
}
log_nginx() { cat "$run/verdicts.log"; }

# varnishd ADDRESS:PORT VCL
start_varnishd() {
    start "$cache" "${1##*:}" varnishd -F -n "$run/varnish" -i cache.example.com -a "$1" \
        -f "$lab/conf/$2" -s malloc,32m -T none -p default_grace=0 -p timeout_idle=120
    stops+=("TERM:$started")
}
# Its log is in shared memory: read before it ends, with the messages of std.log.
log_varnish() {
    (inside "$cache" varnishncsa -n "$run/varnish" -d \
        -F '%{X-Lab-Id}i\t%{Varnish:handling}x%{VCL_Log:lab}x') | sed 's/\(hit\|miss\|pass\|synth\|pipe\)-$/\1/'
}
log_varnish_vcl() { log_varnish; }

start_varnish() {
    port=6081
    start_varnishd 10.9.1.1:6081 varnish.vcl
}
start_varnish_vcl() {
    port=6081
    start_varnishd 10.9.1.1:6081 varnish-vcl.vcl
}

start_squid() {
    port=3128
    conf squid.conf
    touch "$run/verdicts.log" "$run/cache.log"
    chown nobody "$run"/{verdicts,cache}.log
    start "$cache" 3128 squid -N -n "$shared" -f "$run/squid.conf"
    stops=("TERM:$started")
}
log_squid() { cat "$run/verdicts.log"; }

start_trafficserver() {
    local root=$run/ats
    port=8180
    mkdir -p "$root"/{etc,log,cache,var,body}
    conf ats-records.config ats/etc/records.config
    conf ats-logging.yaml ats/etc/logging.yaml
    conf ats-storage.config ats/etc/storage.config
    printf 'map / http://10.9.2.2:8080/\n' >"$root/etc/remap.config"
    cp /etc/trafficserver/ip_allow.yaml "$root/etc/"
    cat >"$root/runroot.yaml" <<END
prefix: $root
exec_prefix: $root
bindir: /usr/bin
sbindir: /usr/sbin
sysconfdir: $root/etc
datadir: $root/cache
includedir: $root/etc
libdir: /usr/lib
libexecdir: /usr/lib/trafficserver/modules
localstatedir: $root/var
runtimedir: $root/var
logdir: $root/log
cachedir: $root/cache
END
    chown -R nobody "$root"
    start "$cache" 8180 traffic_server --run-root="$root"
    stops=("TERM:$started")
}
# It writes its log in portions: wait for a line for every request that was answered.
has_logged_all() {
    [ "$(wc -l <"$run/ats/log/verdicts.log")" -ge "$(awk -F '\t' '$7 != "-"' "$run/drive.log" | wc -l)" ]
}
log_trafficserver() {
    await "Traffic Server's log" has_logged_all
    cat "$run/ats/log/verdicts.log"
}

start_httpd() {
    port=8280
    mkdir -p "$run/httpd/cache" "$run/httpd/logs"
    chown -R nobody "$run/httpd"
    conf httpd.conf
    start "$cache" 8280 apache2 -X -d "$run/httpd" -f "$run/httpd.conf"
    stops=("TERM:$started")
}
log_httpd() { cat "$run/httpd/logs/verdicts.log"; }

start_haproxy() {
    port=8380
    conf haproxy.cfg
    start "$cache" 8380 haproxy -db -f "$run/haproxy.cfg"
    stops=("TERM:$started")
}
log_haproxy() { grep -a '^lab	' "$run/output.log" | cut -f 2-; }

start_nginx_varnish() {
    port=8000
    start_varnishd 10.9.3.1:6081 varnish-vcl.vcl
    conf chain.conf && conf nginx-cache.conf
    start "$cache" 8000 nginx -p "$run" -e error.log -c chain.conf
    stops=("QUIT:$started" "${stops[@]}")
}
log_nginx_varnish() { cat "$run/verdicts.log"; }

start_haproxy_nginx() {
    port=8380
    conf nginx.conf && conf nginx-cache.conf
    start "$cache" 80 nginx -p "$run" -e error.log -c nginx.conf
    stops=("QUIT:$started")
    conf haproxy.cfg
    sed -i 's|10.9.2.2:8080|10.9.1.1:80|' "$run/haproxy.cfg"
    start "$cache" 8380 haproxy -db -f "$run/haproxy.cfg"
    stops=("TERM:$started" "${stops[@]}")
}
log_haproxy_nginx() { log_haproxy; }
