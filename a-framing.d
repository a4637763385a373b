framing.o: src/http/framing.h include/cachetap/consumer.h \
 include/cachetap/base.h src/http/startline.h
include/cachetap/consumer.h:
include/cachetap/base.h:
src/http/startline.h:
