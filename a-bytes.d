bytes.o: src/source/bytes.h include/cachetap/source.h \
 include/cachetap/base.h src/source/unpack.h
include/cachetap/source.h:
include/cachetap/base.h:
src/source/unpack.h:
