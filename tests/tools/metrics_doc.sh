#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# metrics_doc.sh PROGRAM: docs/metrics.md, made from the program's own table, on standard output.
cat <<'END'
# Metrics

    cachetap -r - --metrics :9113

serves `/metrics` for Prometheus on 127.0.0.1, port 9113: the text format (0.0.4), or OpenMetrics
(1.0.0) where the `Accept` field asks for it. `/healthz` answers 200 while the analysis goes on, and
503 when it has given no numbers for 10 seconds.

- `:9113` and `9113` listen on 127.0.0.1. `[::1]:9113` and `ADDR:PORT` listen there; an address that
  other machines can reach is taken, with a warning: the page names your hosts. Port 0 takes a free
  port and says which.
- The analysis publishes its numbers once in a second and never waits for who reads them. The server
  is one thread with a low priority: at most 32 connections (the oldest makes room), 5 seconds for
  each, 16 KiB for a request, one request per connection, GET and HEAD only.
- Counters start at 0 with the program and never go back. `host` has a bounded set of values: a host
  is named from its tenth transaction on, when its share of the traffic is no less than 1 in
  10 times the limit `metrics_hosts`, and stays named; everything else, and what came before, is
  `other`. What is no valid host name is `other` too.
- Buckets of histograms are exact counts.

`packaging/prometheus.yml` is a scrape configuration, `packaging/prometheus-rules.yml` has the
queries below as recording rules, and alerts. This page is made from the program's table (`cachetap
--metrics help`) by `tests/tools/metrics_doc.sh`.

## Queries

Hit ratio as clients see it, by requests and by bytes; bypass and other are not in it:

    sum(rate(cachetap_transactions_total{class="hit"}[5m]))
      / sum(rate(cachetap_transactions_total{class=~"hit|miss"}[5m]))

    sum(rate(cachetap_response_body_bytes_total{class="hit"}[5m]))
      / sum(rate(cachetap_response_body_bytes_total{class=~"hit|miss"}[5m]))

Share of requests that the origin was spared:

    sum(rate(cachetap_origin_transactions_total{origin="spared"}[5m]))
      / sum(rate(cachetap_origin_transactions_total[5m]))

Hit ratio of each host:

    sum by (host) (rate(cachetap_host_transactions_total{class="hit"}[5m]))
      / sum by (host) (rate(cachetap_host_transactions_total{class=~"hit|miss"}[5m]))

What a miss costs, as the 95th percentile of the time to the first byte:

    histogram_quantile(0.95, sum by (class, le) (rate(cachetap_time_to_first_byte_seconds_bucket[5m])))

The five reasons that keep most from being served from a cache:

    topk(5, sum by (reason) (rate(cachetap_reason_transactions_total{reason!="none"}[5m])))

How much is known at all (a low share means: look at `basis` and `dialect`):

    1 - sum(rate(cachetap_transactions_total{outcome="UNKNOWN"}[5m]))
      / sum(rate(cachetap_transactions_total[5m]))

Whether the numbers are partial: octets of messages that the capture does not hold:

    rate(cachetap_missing_bytes_total[5m])

## Metrics

| name | type | labels | meaning |
|---|---|---|---|
END
"$1" --metrics help | awk '/^  [a-z]+_[a-z0-9_]+ +(counter|gauge|histogram) / {
    name = $1; type = $2; $1 = $2 = ""; sub(/^ +/, "")
    labels = ""
    if (/^- /) sub(/^- +/, "")
    else while (match($0, /^[a-z]+,? +/)) {
        word = substr($0, 1, RLENGTH); $0 = substr($0, RLENGTH + 1)
        more = word ~ /,/
        gsub(/[, ]/, "", word); labels = labels (labels == "" ? "" : ", ") "`" word "`"
        if (!more) break
    }
    printf "| `%s` | %s | %s | %s |\n", name, type, labels, $0
}'
