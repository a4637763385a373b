freshness.o: src/cache/freshness.h src/cache/control.h \
 include/cachetap/base.h
src/cache/control.h:
include/cachetap/base.h:
