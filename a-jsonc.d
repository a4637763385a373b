jsonc.o: src/output/jsonc.h include/cachetap/base.h src/output/buf.h \
 include/cachetap/stats.h include/cachetap/cache.h \
 include/cachetap/http.h include/cachetap/consumer.h \
 include/cachetap/stream.h include/cachetap/packet.h
include/cachetap/base.h:
src/output/buf.h:
include/cachetap/stats.h:
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/stream.h:
include/cachetap/packet.h:
