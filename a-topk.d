topk.o: src/stats/topk.h include/cachetap/stats.h \
 include/cachetap/cache.h include/cachetap/http.h \
 include/cachetap/consumer.h include/cachetap/base.h \
 include/cachetap/stream.h include/cachetap/packet.h
include/cachetap/stats.h:
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
include/cachetap/stream.h:
include/cachetap/packet.h:
