walk.o: src/packet/walk.h src/base/span.h include/cachetap/base.h \
 include/cachetap/packet.h
src/base/span.h:
include/cachetap/base.h:
include/cachetap/packet.h:
