// Reads what `keyrite ledger export --format tiles` and `keyrite ledger prove` write, with what others made: checkpoints and proofs with Go's own
// checksum database (golang.org/x/mod), tiles and bundles of entries with Torchwood's client. Prints one JSON object; fails where anything does not fit.
//
//	main tiles DIR VKEY PIN…       each pin is an older checkpoint
//	main proof FILE ENTRY VKEY
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// opened is what a checkpoint says, once its signature is good.
func opened(text []byte, vkey string) (torchwood.Checkpoint, tlog.Tree) {
	signed := must(note.Open(text, note.VerifierList(must(note.NewVerifier(vkey)))))
	checkpoint := must(torchwood.ParseCheckpoint(signed.Text))
	return checkpoint, checkpoint.Tree
}

// tiles walks the whole log as a client that fetches it does, and proves that each older checkpoint is a beginning of it.
func tiles(folder, vkey string, pins []string) {
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer server.Close()
	fetcher := must(torchwood.NewTileFetcher(server.URL))
	ctx := context.Background()
	checkpoint, tree := opened(must(fetcher.ReadEndpoint(ctx, "checkpoint")), vkey)
	client := must(torchwood.NewClient(fetcher))
	all, count := sha256.New(), int64(0)
	for count < tree.N { // it leaves a last partial tile to a second call
		before := count
		for index, entry := range client.Entries(ctx, tree, count) {
			if index != count {
				log.Fatalf("entry %d in the place of %d", index, count)
			}
			all.Write(entry)
			count++
		}
		if client.Err() != nil || count == before {
			log.Fatalf("no entry %d: %v", count, client.Err())
		}
	}
	for index := range tree.N { // each by itself, with a proof made of the tiles of every level
		must2(client.Entry(ctx, tree, index))
	}
	hashes := torchwood.TileHashReaderWithContext(ctx, tree, fetcher)
	sizes := []int64{}
	for _, pin := range pins {
		_, older := opened(must(os.ReadFile(pin)), vkey)
		if err := tlog.CheckTree(must(tlog.ProveTree(tree.N, older.N, hashes)), tree.N, tree.Hash, older.N, older.Hash); err != nil {
			log.Fatalf("%s: %v", pin, err)
		}
		sizes = append(sizes, older.N)
	}
	say(map[string]any{
		"origin": checkpoint.Origin, "size": tree.N, "root": hex.EncodeToString(tree.Hash[:]),
		"sha256": hex.EncodeToString(all.Sum(nil)), "pins": sizes,
	})
}

// proof reads c2sp.org/tlog-proof, whose text no library of this age reads, and leaves the rest to those that do.
func proof(path, entry, vkey string) {
	head, rest, found := strings.Cut(string(must(os.ReadFile(path))), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatal("no proof")
	}
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	hashes := tlog.RecordProof{}
	for _, line := range lines[2:] {
		hashes = append(hashes, must(tlog.ParseHash(line)))
	}
	_, tree := opened([]byte(rest), vkey)
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(must(os.ReadFile(entry)))); err != nil {
		log.Fatal(err)
	}
	say(map[string]any{"index": index, "size": tree.N, "root": hex.EncodeToString(tree.Hash[:])})
}

func must2[T, U any](first T, _ U, err error) { must(first, err) }

func say(value any) { fmt.Println(string(must(json.Marshal(value)))) }

func main() {
	log.SetFlags(0)
	if len(os.Args) > 4 && os.Args[1] == "proof" {
		proof(os.Args[2], os.Args[3], os.Args[4])
	} else {
		tiles(os.Args[2], os.Args[3], os.Args[4:])
	}
}
