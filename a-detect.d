detect.o: src/stream/detect.h include/cachetap/stream.h \
 include/cachetap/consumer.h include/cachetap/base.h \
 include/cachetap/packet.h
include/cachetap/stream.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
include/cachetap/packet.h:
