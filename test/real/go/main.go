// Command realcluster runs a Kubernetes API server with its etcd, some of its controllers and a stub kubelet in one process, on loopback.
// It prints one line of JSON when all of it answers, and ends on SIGTERM, SIGINT, or when its standard input closes.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/component-base/version"
)

// Ready is the line that is printed.
type Ready struct {
	URL        string `json:"url"`
	Version    string `json:"version"`
	CA         string `json:"ca"`         // path of the certificate of the cluster's authority
	Kubeconfig string `json:"kubeconfig"` // path; its user is in system:masters
	Kubelet    int    `json:"kubelet"`    // the port that a Node names as daemonEndpoints.kubeletEndpoint
}

const stopTimeout = 2 * time.Second

func main() {
	data := flag.String("data", "", "the folder of the cluster; a second start with the same folder goes on with its objects")
	port := flag.Int("port", 0, "the port of the API server; 0: a free one")
	flag.Parse()
	if *data == "" {
		fmt.Fprintln(os.Stderr, "usage: realcluster -data FOLDER [-port PORT]")
		os.Exit(2)
	}
	if err := run(*data, *port); err != nil {
		fmt.Fprintln(os.Stderr, "realcluster:", err)
		os.Exit(1)
	}
}

func run(data string, port int) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		// Whoever started this is gone when its end of the pipe is.
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	files, err := prepareFiles(filepath.Join(data, "pki"), "https://"+listener.Addr().String())
	if err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	etcd, err := startEtcd(filepath.Join(data, "etcd"))
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer etcd.Close()
	kubelet, err := startKubelet(files.serving)
	if err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}

	failed := make(chan error, 2)
	go func() { failed <- runAPIServer(ctx, files, listener, "http://"+etcd.Clients[0].Addr().String()) }()
	if err := waitReady(ctx, files, failed); err != nil {
		return err
	}
	go func() { failed <- runControllers(ctx, files) }()
	if err := waitPopulated(ctx, files, failed); err != nil {
		return err
	}
	line := Ready{URL: files.url, Version: version.Get().GitVersion, CA: files.ca, Kubeconfig: files.kubeconfig, Kubelet: kubelet}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		return err
	}
	return waitStopped(ctx, failed)
}

func waitStopped(ctx context.Context, failed <-chan error) error {
	select {
	case err := <-failed:
		return fmt.Errorf("a part ended by itself: %w", err)
	case <-ctx.Done():
	}
	// Open watches may keep the API server longer than anybody wants to wait.
	timeout := time.After(stopTimeout)
	for range cap(failed) {
		select {
		case <-failed:
		case <-timeout:
			return nil
		}
	}
	return nil
}
