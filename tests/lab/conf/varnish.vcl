# SPDX-License-Identifier: Apache-2.0
# The built-in VCL; the additions write to the log and set how long is kept, nothing on the wire.
vcl 4.1;

import std;

backend origin {
    .host = "10.9.2.2";
    .port = "8080";
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
        std.log("lab:+grace");
    }
}

sub vcl_deliver {
    if (obj.uncacheable) {
        std.log("lab:+uncacheable");
    }
}
