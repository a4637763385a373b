conv.o: tests/support/conv.h include/cachetap/stream.h \
 include/cachetap/consumer.h include/cachetap/base.h \
 include/cachetap/packet.h tests/support/tape.h \
 include/cachetap/cachetap.h include/cachetap/stats.h \
 include/cachetap/cache.h include/cachetap/http.h
include/cachetap/stream.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
include/cachetap/packet.h:
tests/support/tape.h:
include/cachetap/cachetap.h:
include/cachetap/stats.h:
include/cachetap/cache.h:
include/cachetap/http.h:
