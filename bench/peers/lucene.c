// SPDX-License-Identifier: Apache-2.0
// lucene.c: Lucene in a virtual machine of this process, so that the frame times it as it times a library of C. What is
// asked of Lucene, and with which settings, is in lucene/Peer.java. LUCENE_CLASSES: where its classes are.

#include "peer.h"

#include <jni.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lucene {
    JavaVM *machine;
    JNIEnv *java;
    jclass peer;
    jmethodID call; // of `add` or `count`
};

// The exception that waits, as text; false, for callers that fail with it.
static bool fail(struct lucene *lucene, struct peer_message *message) {
    JNIEnv *java = lucene->java;
    jthrowable thrown = (*java)->ExceptionOccurred(java);
    (*java)->ExceptionClear(java);
    snprintf(message->text, sizeof message->text, "Lucene failed");
    if (!thrown)
        return false;
    jmethodID describe =
        (*java)->GetMethodID(java, (*java)->GetObjectClass(java, thrown), "toString", "()Ljava/lang/String;");
    jstring text = describe ? (jstring)(*java)->CallObjectMethod(java, thrown, describe) : NULL;
    const char *bytes = text ? (*java)->GetStringUTFChars(java, text, NULL) : NULL;
    if (bytes) {
        snprintf(message->text, sizeof message->text, "%s", bytes);
        (*java)->ReleaseStringUTFChars(java, text, bytes);
    }
    (*java)->ExceptionClear(java);
    return false;
}

static bool is_fine(struct lucene *lucene, struct peer_message *message) {
    return (*lucene->java)->ExceptionCheck(lucene->java) ? fail(lucene, message) : true;
}

// A process has one virtual machine in its life.
static struct lucene *machine(struct peer_message *message) {
    static struct lucene lucene;
    static char classes[] = "-Djava.class.path=" LUCENE_CLASSES;
    static char heap[] = "-Xmx4g", collector[] = "-XX:+UseParallelGC";
    JavaVMOption options[] = {{.optionString = classes}, {.optionString = heap}, {.optionString = collector}};
    JavaVMInitArgs arguments = {.version = JNI_VERSION_1_8, .nOptions = 3, .options = options};
    if (lucene.machine)
        return &lucene;
    if (JNI_CreateJavaVM(&lucene.machine, (void **)&lucene.java, &arguments) != JNI_OK) {
        snprintf(message->text, sizeof message->text, "no virtual machine of Java can be made");
        lucene.machine = NULL;
        return NULL;
    }
    lucene.peer = (*lucene.java)->FindClass(lucene.java, "Peer");
    if (lucene.peer)
        return &lucene;
    fail(&lucene, message);
    return NULL;
}

static struct lucene *call_with_path(const char *name, const char *directory, struct peer_message *message) {
    struct lucene *lucene = machine(message);
    if (!lucene)
        return NULL;
    JNIEnv *java = lucene->java;
    jstring path = (*java)->NewStringUTF(java, directory);
    jmethodID method = (*java)->GetStaticMethodID(java, lucene->peer, name, "(Ljava/lang/String;)V");
    if (path && method)
        (*java)->CallStaticVoidMethod(java, lucene->peer, method, path);
    return is_fine(lucene, message) ? lucene : NULL;
}

static jbyteArray bytes_of(struct lucene *lucene, const struct peer_text *text) {
    jbyteArray bytes = (*lucene->java)->NewByteArray(lucene->java, (jsize)text->bytes);
    if (bytes)
        (*lucene->java)->SetByteArrayRegion(lucene->java, bytes, 0, (jsize)text->bytes, (const jbyte *)text->data);
    return bytes;
}

static void *begin(const char *directory, unsigned threads, struct peer_message *message) {
    struct lucene *lucene = machine(message);
    if (!lucene)
        return NULL;
    JNIEnv *java = lucene->java;
    jstring path = (*java)->NewStringUTF(java, directory);
    jmethodID method = (*java)->GetStaticMethodID(java, lucene->peer, "begin", "(Ljava/lang/String;I)V");
    if (path && method)
        (*java)->CallStaticVoidMethod(java, lucene->peer, method, path, (jint)threads);
    if (is_fine(lucene, message))
        lucene->call = (*java)->GetStaticMethodID(java, lucene->peer, "add", "([B[B[B[B[B)V");
    return is_fine(lucene, message) ? lucene : NULL;
}

static bool add(void *build, const struct peer_document *document, struct peer_message *message) {
    enum { LOCALS = 8 };
    struct lucene *lucene = build;
    JNIEnv *java = lucene->java;
    if ((*java)->PushLocalFrame(java, LOCALS) != 0)
        return fail(lucene, message);
    jbyteArray id = bytes_of(lucene, &document->id), title = bytes_of(lucene, &document->title);
    jbyteArray date = bytes_of(lucene, &document->date), source = bytes_of(lucene, &document->source);
    jbyteArray text = bytes_of(lucene, &document->text);
    if (id && title && date && source && text)
        (*java)->CallStaticVoidMethod(java, lucene->peer, lucene->call, id, title, date, source, text);
    bool is_added = is_fine(lucene, message);
    (*java)->PopLocalFrame(java, NULL);
    return is_added;
}

static bool finish(void *build, struct peer_message *message) {
    struct lucene *lucene = build;
    JNIEnv *java = lucene->java;
    jmethodID method = (*java)->GetStaticMethodID(java, lucene->peer, "finish", "()V");
    if (method)
        (*java)->CallStaticVoidMethod(java, lucene->peer, method);
    return is_fine(lucene, message);
}

static bool settle(const char *directory, struct peer_message *message) {
    return call_with_path("settle", directory, message) != NULL;
}

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    struct lucene *lucene = call_with_path("open", directory, message);
    if (lucene)
        lucene->call = (*lucene->java)->GetStaticMethodID(lucene->java, lucene->peer, "count", "([B)J");
    return lucene && is_fine(lucene, message) ? lucene : NULL;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    struct lucene *lucene = opened;
    JNIEnv *java = lucene->java;
    jbyteArray bytes = bytes_of(lucene, &phrase);
    jlong found = bytes ? (*java)->CallStaticLongMethod(java, lucene->peer, lucene->call, bytes) : 0;
    bool is_answered = is_fine(lucene, message);
    (*java)->DeleteLocalRef(java, bytes);
    if (!is_answered)
        return PEER_FAILED;
    return found < 0 ? PEER_CANNOT : found;
}

static void close_index(void *opened) {
    struct lucene *lucene = opened;
    (*lucene->machine)->DestroyJavaVM(lucene->machine);
}

const struct peer peer = {.name = "Lucene CJK bigrams",
                          .version = "8.8.1, 2021",
                          .begin = begin,
                          .add = add,
                          .finish = finish,
                          .settle = settle,
                          .open = open_index,
                          .count = count,
                          .close = close_index};
