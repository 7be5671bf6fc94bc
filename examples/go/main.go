// SPDX-License-Identifier: Apache-2.0

// Ask a gramdex server from Go: ./generate && go run . HOST:PORT QUERY
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	gramdex "gramdex/gen/gramdex/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . HOST:PORT QUERY")
		os.Exit(2)
	}
	channel, err := grpc.Dial(os.Args[1], grpc.WithInsecure()) // with TLS: grpc.WithTransportCredentials
	if err != nil {
		fail(err)
	}
	defer channel.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	reply, err := gramdex.NewSearchClient(channel).Search(ctx, &gramdex.SearchRequest{Query: os.Args[2], Limit: 3},
		grpc.WaitForReady(true))
	if err != nil {
		fail(err)
	}
	fmt.Printf("%d documents, %d occurrences\n", reply.Documents, reply.Occurrences)
	for _, hit := range reply.Hits {
		shown := ""
		for _, piece := range hit.Snippet.Pieces {
			if piece.Matched {
				shown += "**" + piece.Text + "**"
			} else {
				shown += piece.Text
			}
		}
		fmt.Printf("%s  %s  %s\n    %s\n", hit.Id, hit.Date, hit.Title, shown)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "%v: %s\n", status.Code(err), status.Convert(err).Message())
	os.Exit(1)
}
