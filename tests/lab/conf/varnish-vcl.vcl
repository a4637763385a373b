# SPDX-License-Identifier: Apache-2.0
# As sites write it: status headers, rules, grace for some.
vcl 4.1;

import std;

backend origin {
    .host = "10.9.2.2";
    .port = "8080";
}

sub vcl_recv {
    if (req.url == "/synthetic") {
        return (synth(200, "Made here"));
    }
    if (req.url == "/pipe") {
        return (pipe);
    }
    if (req.url ~ "[?&]nocache=1") {
        return (pass);
    }
}

sub vcl_backend_response {
    # Without one of these two, an expired object is not served but asked about again (keep).
    set beresp.keep = 60s;
    if (bereq.url ~ "^/updating" || beresp.http.Cache-Control ~ "stale-if-error") {
        set beresp.grace = 60s;
    }
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
}

sub vcl_hit {
    if (obj.ttl < 0s) {
        std.log("lab:+grace"); # for the log only
    }
}

sub vcl_deliver {
    if (obj.uncacheable) {
        std.log("lab:+uncacheable");
    }
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
    set resp.http.X-Cache-Hits = obj.hits;
}
