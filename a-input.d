input.o: src/source/input.h include/cachetap/source.h \
 include/cachetap/base.h src/source/filter.h
include/cachetap/source.h:
include/cachetap/base.h:
src/source/filter.h:
