package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	startTimeout = 2 * time.Minute
	look         = 50 * time.Millisecond
)

// waitReady waits until the API server says that it is ready.
func waitReady(ctx context.Context, files files, failed <-chan error) error {
	return wait(ctx, files, failed, func(ctx context.Context, client kubernetes.Interface) error {
		return client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// waitPopulated waits until the controllers have made what every new cluster has. Before that a Pod is refused.
func waitPopulated(ctx context.Context, files files, failed <-chan error) error {
	return wait(ctx, files, failed, func(ctx context.Context, client kubernetes.Interface) error {
		if _, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{}); err != nil {
			return err
		}
		_, err := client.CoreV1().ConfigMaps(metav1.NamespaceDefault).Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
		return err
	})
}

type condition func(context.Context, kubernetes.Interface) error

func wait(ctx context.Context, files files, failed <-chan error, holds condition) error {
	config, err := clientcmd.BuildConfigFromFlags("", files.kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var last error
	for {
		if last = holds(ctx, client); last == nil {
			return nil
		}
		select {
		case err := <-failed:
			return fmt.Errorf("a part did not start: %w", err)
		case <-ctx.Done():
			return errors.Join(errors.New("it was not ready in time, or was stopped"), last)
		case <-time.After(look):
		}
	}
}
