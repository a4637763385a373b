summary.o: src/output/summary.h src/output/writer.h \
 include/cachetap/output.h include/cachetap/stats.h \
 include/cachetap/cache.h include/cachetap/http.h \
 include/cachetap/consumer.h include/cachetap/base.h \
 include/cachetap/stream.h include/cachetap/packet.h src/output/buf.h
src/output/writer.h:
include/cachetap/output.h:
include/cachetap/stats.h:
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
include/cachetap/stream.h:
include/cachetap/packet.h:
src/output/buf.h:
