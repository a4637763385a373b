cause.o: src/cache/cause.h src/cache/reading.h src/base/span.h \
 include/cachetap/base.h src/cache/control.h src/cache/tables.h \
 include/cachetap/cache.h include/cachetap/http.h \
 include/cachetap/consumer.h
src/cache/reading.h:
src/base/span.h:
include/cachetap/base.h:
src/cache/control.h:
src/cache/tables.h:
include/cachetap/cache.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
