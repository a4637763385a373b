# SPDX-License-Identifier: Apache-2.0
vcl 4.1;

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
    if (bereq.url == "/updating" || beresp.http.Cache-Control ~ "stale-if-error") {
        set beresp.grace = 60s;
    }
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
    set resp.http.X-Cache-Hits = obj.hits;
}
