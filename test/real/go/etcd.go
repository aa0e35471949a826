package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// startEtcd starts a store of one member, and forgets every version but the newest: what was read before a restart has expired after it.
func startEtcd(dir string) (*embed.Etcd, error) {
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config := embed.NewConfig()
	config.Dir = dir
	config.LogLevel = "error"
	config.UnsafeNoFsync = true // a crash of the machine may cost these objects
	config.ListenPeerUrls, config.AdvertisePeerUrls = anyPort, anyPort
	config.ListenClientUrls, config.AdvertiseClientUrls = anyPort, anyPort
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
	case <-time.After(time.Minute):
		etcd.Close()
		return nil, errors.New("it is not ready after a minute")
	}
	return etcd, compact(v3client.New(etcd.Server))
}

func compact(client *clientv3.Client) error {
	ctx := context.Background()
	newest, err := client.Get(ctx, "/")
	if err != nil || newest.Header.Revision <= 1 {
		return err // nothing was ever written where the revision is 1
	}
	_, err = client.Compact(ctx, newest.Header.Revision, clientv3.WithCompactPhysical())
	return err
}
