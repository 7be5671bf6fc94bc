# SPDX-License-Identifier: Apache-2.0
"""client.py: gRPC's interop cases, by stock grpcio.

usage: client.py ADDRESS DESCRIPTORS,... [--tls CERTIFICATES] [--queue-full]
DESCRIPTORS: files that protoc --descriptor_set_out made; the messages are made of them.
"""

import sys
import threading
import time
import types

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def load(paths):
    """Message classes by package: load(...)["grpc.testing"].Empty."""
    pool = descriptor_pool.DescriptorPool()
    packages = {}
    added = set()
    for path in paths:
        with open(path, "rb") as file:
            descriptor_set = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        for descriptor in descriptor_set.file:
            if descriptor.name not in added:
                added.add(descriptor.name)
                pool.Add(descriptor)
    factory = message_factory.MessageFactory(pool)
    for name in added:
        file = pool.FindFileByName(name)
        package = packages.setdefault(file.package, types.SimpleNamespace())
        for message, descriptor in file.message_types_by_name.items():
            setattr(package, message, factory.GetPrototype(descriptor))
    return packages


MADE = load(sys.argv[2].split(","))
messages_pb2 = empty_pb2 = MADE["grpc.testing"]
health_pb2, reflection_pb2, rpc_pb2 = MADE["grpc.health.v1"], MADE["grpc.reflection.v1"], MADE["google.rpc"]
SERVICE = "/grpc.testing.TestService/"


def serialize(message):
    return message.SerializeToString()


class Stub:
    """The methods as a generated stub would have them."""

    def __init__(self, channel):
        m = messages_pb2
        self.empty = channel.unary_unary(SERVICE + "EmptyCall", serialize, empty_pb2.Empty.FromString)
        self.unary = channel.unary_unary(SERVICE + "UnaryCall", serialize, m.SimpleResponse.FromString)
        self.output = channel.unary_stream(SERVICE + "StreamingOutputCall", serialize, m.StreamingOutputCallResponse.FromString)
        self.input = channel.stream_unary(SERVICE + "StreamingInputCall", serialize, m.StreamingInputCallResponse.FromString)
        self.duplex = channel.stream_stream(SERVICE + "FullDuplexCall", serialize, m.StreamingOutputCallResponse.FromString)
        self.unimplemented = channel.unary_unary(SERVICE + "UnimplementedCall", serialize, empty_pb2.Empty.FromString)
        self.no_service = channel.unary_unary("/grpc.testing.UnimplementedService/UnimplementedCall", serialize, empty_pb2.Empty.FromString)
        self.empty_as_stream = channel.stream_unary(SERVICE + "EmptyCall", serialize, empty_pb2.Empty.FromString)
        health = "/grpc.health.v1.Health/"
        self.check = channel.unary_unary(health + "Check", serialize, health_pb2.HealthCheckResponse.FromString)
        self.watch = channel.unary_stream(health + "Watch", serialize, health_pb2.HealthCheckResponse.FromString)
        self.list = channel.unary_unary(health + "List", serialize, health_pb2.HealthListResponse.FromString)
        self.reflect = {version: channel.stream_stream("/grpc.reflection.%s.ServerReflection/ServerReflectionInfo" % version, serialize,
                                                       reflection_pb2.ServerReflectionResponse.FromString) for version in ("v1", "v1alpha")}


def fails_with(code, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, (code, error)
        return error
    raise AssertionError("no error, expected %s" % code)


def orders(*sizes, interval_us=0):
    parameters = [messages_pb2.ResponseParameters(size=size, interval_us=interval_us) for size in sizes]
    return messages_pb2.StreamingOutputCallRequest(response_parameters=parameters)


def sizes_of(replies):
    return [len(reply.payload.body) for reply in replies]


def payload(size):
    return messages_pb2.Payload(body=bytes(size))


def empty_unary(stub):
    assert stub.empty(empty_pb2.Empty()) == empty_pb2.Empty()


def large_unary(stub):
    request = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828))
    assert len(stub.unary(request).payload.body) == 314159


def largest_messages(stub):
    limit = 4 * 1024 * 1024
    assert len(stub.unary(messages_pb2.SimpleRequest(response_size=limit - 20, payload=payload(limit - 20))).payload.body) == limit - 20
    fails_with(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: stub.unary(messages_pb2.SimpleRequest(payload=payload(limit + 1))))


def client_streaming(stub):
    requests = (messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in (27182, 8, 1828, 45904))
    assert stub.input(requests).aggregated_payload_size == 74922


def server_streaming(stub):
    assert sizes_of(stub.output(orders(31415, 9, 2653, 58979))) == [31415, 9, 2653, 58979]


def large_streams(stub):
    assert sum(sizes_of(stub.output(orders(*[100000] * 200)))) == 20000000
    requests = (messages_pb2.StreamingInputCallRequest(payload=payload(100000)) for _ in range(200))
    assert stub.input(requests).aggregated_payload_size == 20000000


def ping_pong(stub):
    sent = threading.Semaphore(1)

    def requests():
        for size, request_size in ((31415, 27182), (9, 8), (2653, 1828), (58979, 45904)):
            sent.acquire()
            request = orders(size)
            request.payload.body = bytes(request_size)
            yield request

    got = []
    for reply in stub.duplex(requests()):
        got.append(len(reply.payload.body))
        sent.release()
    assert got == [31415, 9, 2653, 58979]


def empty_stream(stub):
    assert list(stub.duplex(iter(()))) == []


def client_compressed_unary(stub):
    request = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828))
    request.expect_compressed.value = True
    fails_with(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.unary(request))  # the probe
    assert len(stub.unary(request, compression=grpc.Compression.Gzip).payload.body) == 314159
    request.expect_compressed.value = False
    assert len(stub.unary(request).payload.body) == 314159


def server_compressed_unary(stub):
    for compressed in (True, False):
        request = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828))
        request.response_compressed.value = compressed
        assert len(stub.unary(request).payload.body) == 314159


def client_compressed_streaming(stub):
    request = messages_pb2.StreamingInputCallRequest(payload=payload(27182))
    request.expect_compressed.value = True
    fails_with(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.input(iter([request])))  # the probe
    assert stub.input(iter([request] * 3), compression=grpc.Compression.Gzip).aggregated_payload_size == 81546
    request.expect_compressed.value = False
    assert stub.input(iter([request] * 3)).aggregated_payload_size == 81546


def server_compressed_streaming(stub):
    request = orders(31415, 92653)
    request.response_parameters[0].compressed.value = True
    request.response_parameters[1].compressed.value = False
    assert sizes_of(stub.output(request)) == [31415, 92653]


def unknown_compression(stub):
    error = fails_with(grpc.StatusCode.UNIMPLEMENTED,
                       lambda: stub.empty(empty_pb2.Empty(), compression=grpc.Compression.Deflate))
    assert "gzip" in error.details(), error.details()


def custom_metadata(stub):
    sent = (("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
    _, call = stub.unary.with_call(messages_pb2.SimpleRequest(response_size=1), metadata=sent)
    assert sent[0] in call.initial_metadata(), call.initial_metadata()
    assert sent[1] in call.trailing_metadata(), call.trailing_metadata()
    call = stub.duplex(iter([orders(1)]), metadata=sent)
    assert len(list(call)) == 1
    assert sent[0] in call.initial_metadata() and sent[1] in call.trailing_metadata()


def status_code_and_message(stub):
    request = messages_pb2.SimpleRequest()
    request.response_status.code = 2
    request.response_status.message = "test status message"
    assert fails_with(grpc.StatusCode.UNKNOWN, lambda: stub.unary(request)).details() == "test status message"
    stream = messages_pb2.StreamingOutputCallRequest(response_status=request.response_status)
    assert fails_with(grpc.StatusCode.UNKNOWN, lambda: list(stub.duplex(iter([stream])))).details() == "test status message"


def special_status_message(stub):
    words = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    request = messages_pb2.SimpleRequest()
    request.response_status.code = 2
    request.response_status.message = words
    assert fails_with(grpc.StatusCode.UNKNOWN, lambda: stub.unary(request)).details() == words


def unimplemented_method(stub):
    fails_with(grpc.StatusCode.UNIMPLEMENTED, lambda: stub.unimplemented(empty_pb2.Empty()))


def unimplemented_service(stub):
    fails_with(grpc.StatusCode.UNIMPLEMENTED, lambda: stub.no_service(empty_pb2.Empty()))


def wrong_number_of_requests(stub):
    fails_with(grpc.StatusCode.UNIMPLEMENTED, lambda: stub.empty_as_stream(iter(())))
    fails_with(grpc.StatusCode.UNIMPLEMENTED, lambda: stub.empty_as_stream(iter([empty_pb2.Empty()] * 2)))
    stub.empty_as_stream(iter([empty_pb2.Empty()]))


def cancel_after_begin(stub):
    stop = threading.Event()

    def requests():
        stop.wait(10)
        return
        yield

    call = stub.input.future(requests())
    call.cancel()
    assert call.code() == grpc.StatusCode.CANCELLED
    stop.set()


def cancel_after_first_response(stub):
    stop = threading.Event()

    def requests():
        yield orders(31415)
        stop.wait(10)

    call = stub.duplex(requests())
    assert len(next(call).payload.body) == 31415
    call.cancel()
    fails_with(grpc.StatusCode.CANCELLED, lambda: next(call))
    stop.set()


def timeout_on_sleeping_server(_):
    with open_channel(sys.argv[1]) as channel:  # its own: grpcio 1.51 may end it with a call whose deadline passes early
        hurry(Stub(channel))


def hurry(stub):
    empty_unary(stub)  # connected
    fails_with(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(stub.output(orders(1, interval_us=2000000000), timeout=0.05)))
    stop = threading.Event()

    def requests():
        yield messages_pb2.StreamingOutputCallRequest(payload=payload(27182))
        stop.wait(10)

    fails_with(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(stub.duplex(requests(), timeout=0.001)))
    stop.set()


def rpc_soak(stub):
    for _ in range(50):
        large_unary(stub)


def channel_soak(_):
    for _ in range(10):
        with open_channel(sys.argv[1]) as channel:
            large_unary(Stub(channel))


def a_slow_reader_gets_all(stub):
    call = stub.output(orders(*[50000] * 100))
    first = next(call)
    time.sleep(0.3)
    assert len(first.payload.body) == 50000 and sum(sizes_of(call)) == 99 * 50000


def a_malformed_request(stub):
    channel_call = stub.raw("UnaryCall")
    fails_with(grpc.StatusCode.INTERNAL, lambda: channel_call(b"\xff\xff\xff"))


def health(stub):
    serving = health_pb2.HealthCheckResponse.SERVING
    assert stub.check(health_pb2.HealthCheckRequest()).status == serving
    assert stub.check(health_pb2.HealthCheckRequest(service="grpc.testing.TestService")).status == serving
    fails_with(grpc.StatusCode.NOT_FOUND, lambda: stub.check(health_pb2.HealthCheckRequest(service="nobody")))
    watch = stub.watch(health_pb2.HealthCheckRequest(service="nobody"))
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()
    assert stub.list(health_pb2.HealthListRequest()).statuses[""].status == serving


def reflection(stub):
    for version in ("v1", "v1alpha"):
        request = reflection_pb2.ServerReflectionRequest
        asked = [request(list_services="*"), request(file_containing_symbol="grpc.testing.TestService.UnaryCall"),
                 request(file_by_filename="gramdex/v1/search.proto"), request(file_containing_symbol="no.Such"),
                 request(all_extension_numbers_of_type="grpc.testing.Payload"),
                 request(file_containing_extension=reflection_pb2.ExtensionRequest(containing_type="a.B", extension_number=1))]
        replies = list(stub.reflect[version](iter(asked)))
        names = [service.name for service in replies[0].list_services_response.service]
        assert "grpc.testing.TestService" in names and "grpc.reflection.v1alpha.ServerReflection" in names, names
        assert len(replies[1].file_descriptor_response.file_descriptor_proto) == 3
        assert len(replies[2].file_descriptor_response.file_descriptor_proto) >= 1
        assert replies[3].error_response.error_code == 5
        assert replies[4].all_extension_numbers_response.base_type_name == "grpc.testing.Payload"
        assert replies[5].error_response.error_code == 5
        assert [reply.original_request for reply in replies] == asked


def queue_full(stub):
    """Of a server without a queue: what a worker should do is refused, with a reason; the loop still answers."""
    error = fails_with(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: stub.unary(messages_pb2.SimpleRequest()))
    packed = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = rpc_pb2.Status.FromString(packed)
    info = rpc_pb2.ErrorInfo()
    assert status.code == 8 and status.details[0].Unpack(info)
    assert info.reason == "QUEUE_FULL" and info.domain == "gramdex"
    stub.empty(empty_pb2.Empty())


def many_at_once(stub):
    futures = [stub.unary.future(messages_pb2.SimpleRequest(response_size=1000)) for _ in range(500)]
    assert all(len(future.result().payload.body) == 1000 for future in futures)


CASES = [empty_unary, large_unary, largest_messages, client_streaming, server_streaming, large_streams, ping_pong, empty_stream,
         client_compressed_unary, server_compressed_unary, client_compressed_streaming, server_compressed_streaming,
         unknown_compression, custom_metadata, status_code_and_message, special_status_message, unimplemented_method,
         unimplemented_service, wrong_number_of_requests, cancel_after_begin, cancel_after_first_response,
         timeout_on_sleeping_server, rpc_soak, channel_soak, a_slow_reader_gets_all, a_malformed_request, health, reflection, many_at_once]


def open_channel(address):
    options = [("grpc.max_send_message_length", 8 << 20), ("grpc.max_receive_message_length", 8 << 20)]
    if "--tls" not in sys.argv:
        return grpc.insecure_channel(address, options)
    folder = sys.argv[sys.argv.index("--tls") + 1]

    def content(name):
        with open(folder + "/" + name, "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(content("ca.pem"), content("client.key"), content("client.pem"))
    return grpc.secure_channel(address, credentials, options)


def main():
    channel = open_channel(sys.argv[1])
    stub = Stub(channel)
    stub.raw = lambda method: channel.unary_unary(SERVICE + method)
    for case in [queue_full] if "--queue-full" in sys.argv else CASES:
        begin = time.monotonic()
        case(stub)
        print("%-32s %4.0f ms" % (case.__name__, 1000 * (time.monotonic() - begin)), flush=True)
    channel.close()


main()
