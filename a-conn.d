conn.o: src/stream/conn.h src/base/pool.h include/cachetap/base.h \
 src/base/span.h include/cachetap/stream.h include/cachetap/consumer.h \
 include/cachetap/packet.h
src/base/pool.h:
include/cachetap/base.h:
src/base/span.h:
include/cachetap/stream.h:
include/cachetap/consumer.h:
include/cachetap/packet.h:
