// SPDX-License-Identifier: Apache-2.0
// grpc_server.cc: a gRPC C++ server whose one method does nothing, to stand beside ours: grpc.health.v1.Health/Check,
// answered SERVING. Both of the library's ways, each as its performance guide would have it: callbacks (its own
// threads), or a completion queue and a thread for each processor, with many calls waiting on each.
//
//   wire-grpc callback|async    prints the port it listens on; ends when its input is closed

#include <grpc/health/v1/health.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <unistd.h>
#include <vector>

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

namespace {

constexpr int calls_waiting = 512; // on each completion queue

class CallbackHealth final : public Health::CallbackService {
    grpc::ServerUnaryReactor *Check(grpc::CallbackServerContext *context, const HealthCheckRequest *,
                                    HealthCheckResponse *reply) override {
        reply->set_status(HealthCheckResponse::SERVING);
        auto *reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
};

// One call at a time: waits for it, answers it, waits again.
class AsyncCheck {
  public:
    AsyncCheck(Health::AsyncService *service, grpc::ServerCompletionQueue *queue) : service_(service), queue_(queue) {
        wait();
    }
    void proceed(bool ok) {
        if (finishing_ || !ok) {
            if (ok || finishing_)
                wait();
            return;
        }
        finishing_ = true;
        reply_.set_status(HealthCheckResponse::SERVING);
        call_->writer.Finish(reply_, grpc::Status::OK, this);
    }

  private:
    struct Call {
        grpc::ServerContext context;
        grpc::ServerAsyncResponseWriter<HealthCheckResponse> writer{&context};
    };
    void wait() {
        finishing_ = false;
        call_ = std::make_unique<Call>();
        service_->RequestCheck(&call_->context, &request_, &call_->writer, queue_, queue_, this);
    }

    Health::AsyncService *service_;
    grpc::ServerCompletionQueue *queue_;
    std::unique_ptr<Call> call_;
    HealthCheckRequest request_;
    HealthCheckResponse reply_;
    bool finishing_ = false;
};

void serve_queue(Health::AsyncService *service, grpc::ServerCompletionQueue *queue) {
    std::vector<std::unique_ptr<AsyncCheck>> calls;
    for (int i = 0; i < calls_waiting; i++)
        calls.push_back(std::make_unique<AsyncCheck>(service, queue));
    void *tag;
    bool ok;
    while (queue->Next(&tag, &ok))
        static_cast<AsyncCheck *>(tag)->proceed(ok);
}

void wait_for_end_of_input() {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
}

} // namespace

int main(int argc, char **argv) {
    bool async = argc == 2 && std::strcmp(argv[1], "async") == 0;
    if (!async && (argc != 2 || std::strcmp(argv[1], "callback") != 0)) {
        std::fprintf(stderr, "usage: wire-grpc callback|async\n");
        return 2;
    }
    CallbackHealth by_callback;
    Health::AsyncService by_queue;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    unsigned processors = std::thread::hardware_concurrency();
    if (async) {
        builder.RegisterService(&by_queue);
        for (unsigned i = 0; i < processors; i++)
            queues.push_back(builder.AddCompletionQueue());
    } else {
        builder.RegisterService(&by_callback);
    }
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server || port == 0) {
        std::fprintf(stderr, "wire-grpc: the server cannot be started\n");
        return 1;
    }
    std::vector<std::thread> threads;
    for (auto &queue : queues)
        threads.emplace_back(serve_queue, &by_queue, queue.get());
    std::printf("%d\n", port);
    std::fflush(stdout);
    wait_for_end_of_input();
    _exit(0); // calls that wait for a client have nothing to finish
}
