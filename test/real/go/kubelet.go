package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

const (
	idleTimeout   = 4 * time.Hour
	streamTimeout = 30 * time.Second
)

// startKubelet serves what the API server asks a kubelet for: logs and port-forwards of pods. A port of a pod is the same port of this machine's
// loopback address. It returns its own port.
func startKubelet(serving keyPair) (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", serveLog)
	mux.HandleFunc("/portForward/{namespace}/{pod}", servePortForward)
	server := &http.Server{
		Handler: mux,
		// Streams are upgraded connections, which HTTP/2 does not have.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	go func() { _ = server.ServeTLS(listener, serving.certificate, serving.key) }() // it ends with the process
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// serveLog answers three lines that name the container, or the last of them.
func serveLog(writer http.ResponseWriter, request *http.Request) {
	lines := make([]string, 3)
	for index := range lines {
		lines[index] = fmt.Sprintf("line %d of %s/%s/%s\n", index+1, request.PathValue("namespace"), request.PathValue("pod"), request.PathValue("container"))
	}
	if tail, err := strconv.Atoi(request.URL.Query().Get("tailLines")); err == nil && tail < len(lines) {
		lines = lines[len(lines)-tail:]
	}
	writer.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(writer, strings.Join(lines, "")) // a caller that has gone needs no log
}

func servePortForward(writer http.ResponseWriter, request *http.Request) {
	options, err := portforward.NewV4Options(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	pod := request.PathValue("namespace") + "/" + request.PathValue("pod")
	portforward.ServePortForward(writer, request, forwarder{}, pod, "", options, idleTimeout, streamTimeout, portforward.SupportedProtocols)
}

type forwarder struct{}

// PortForward joins a stream with a loopback port, and ends when either side does.
func (forwarder) PortForward(ctx context.Context, name, _ string, port int32, stream io.ReadWriteCloser) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		return fmt.Errorf("failed to connect to port %d of pod %s: %w", port, name, err)
	}
	defer func() { _ = connection.Close() }()
	ended := make(chan error, 2)
	go func() {
		_, err := io.Copy(connection, stream)
		ended <- err
	}()
	go func() {
		_, err := io.Copy(stream, connection)
		ended <- err
	}()
	return <-ended
}
