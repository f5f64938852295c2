// cos-go-sdk-v5 as a client of the replication API: one line of JSON on stdout for each check.
package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"

	"github.com/tencentyun/cos-go-sdk-v5"
)

type managed struct {
	Bucket    string `json:"bucket"`
	SecretID  string `json:"secretId"`
	SecretKey string `json:"secretKey"`
	Domain    string `json:"domain"`
}

type configuration struct {
	Role         string            `json:"role"`
	Endpoint     string            `json:"endpoint"`
	Destinations map[string]string `json:"destinations"`
	Source       managed           `json:"source"`
	Unversioned  managed           `json:"unversioned"`
}

type report struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`
}

var (
	config configuration
	client *cos.Client
	ctx    = context.Background()
)

// The host of the bucket, reached through the local cloud as the proxy.
func connect(at managed) *cos.Client {
	address, err := url.Parse("http://" + at.Domain)
	if err != nil {
		panic(err)
	}
	proxy, err := url.Parse(config.Endpoint)
	if err != nil {
		panic(err)
	}
	return cos.NewClient(&cos.BaseURL{BucketURL: address}, &http.Client{
		Transport: &cos.AuthorizationTransport{
			SecretID:  at.SecretID,
			SecretKey: at.SecretKey,
			Transport: &http.Transport{Proxy: http.ProxyURL(proxy)},
		},
	})
}

func ruleTo(destination string) cos.BucketReplicationRule {
	return cos.BucketReplicationRule{
		ID:          "rule-1",
		Status:      "Enabled",
		Prefix:      "logs/",
		Destination: &cos.ReplicationDestination{Bucket: config.Destinations[destination]},
	}
}

// Every element that the SDK's model has.
func fullRule() cos.BucketReplicationRule {
	full := ruleTo("good")
	full.ID = "every & <element>"
	full.Priority = 7
	full.Prefix = ""
	full.Filter = &cos.ReplicationFilter{And: &cos.ReplicationFilterAnd{
		Prefix: "größe/日志 & <x>/",
		Tag:    []cos.ObjectTaggingTag{{Key: "team", Value: "a"}, {Key: "tier", Value: "b c"}},
	}}
	full.Destination.StorageClass = "STANDARD_IA"
	full.Destination.EncryptionConfiguration = &cos.ReplicationEncryptionConfiguration{ReplicaKmsKeyID: "kms-12345678"}
	full.DeleteMarkerReplication = &cos.DeleteMarkerReplication{Status: "Disabled"}
	full.SourceSelectionCriteria = &cos.SourceSelectionCriteria{
		SseKmsEncryptedObjects: &cos.SseKmsEncryptedObjects{Status: "Enabled"},
	}
	return full
}

func putBy(by *cos.Client, rules ...cos.BucketReplicationRule) error {
	_, err := by.Bucket.PutBucketReplication(ctx, &cos.PutBucketReplicationOptions{Role: config.Role, Rule: rules})
	return err
}

func put(rules ...cos.BucketReplicationRule) error { return putBy(client, rules...) }

func mustBe(rules ...cos.BucketReplicationRule) error {
	found, _, err := client.Bucket.GetBucketReplication(ctx)
	if err != nil {
		return err
	}
	expected := cos.GetBucketReplicationResult{
		XMLName: xml.Name{Local: "ReplicationConfiguration"},
		Role:    config.Role,
		Rule:    rules,
	}
	if !reflect.DeepEqual(*found, expected) {
		one, _ := json.Marshal(found)
		other, _ := json.Marshal(expected)
		return fmt.Errorf("%s instead of %s", one, other)
	}
	return nil
}

func putAndGet(rules ...cos.BucketReplicationRule) error {
	if err := put(rules...); err != nil {
		return err
	}
	return mustBe(rules...)
}

func mustFail(status int, code string, err error) (string, error) {
	var told *cos.ErrorResponse
	switch {
	case err == nil:
		return "", fmt.Errorf("succeeded, not %d %s", status, code)
	case !errors.As(err, &told):
		return "", fmt.Errorf("not a *cos.ErrorResponse: %w", err)
	case told.Code != code || told.Response.StatusCode != status:
		return "", fmt.Errorf("%d %s instead of %d %s", told.Response.StatusCode, told.Code, status, code)
	case told.RequestID == "" || told.Resource == "" || told.Message == "":
		return "", errors.New("the error has no request ID, no resource or no message")
	}
	return fmt.Sprintf("*cos.ErrorResponse %d %s", status, code), nil
}

func none() (string, error) {
	_, _, err := client.Bucket.GetBucketReplication(ctx)
	detail, failure := mustFail(404, "ReplicationConfigurationnotFoundError", err)
	if failure == nil && !cos.IsNotFoundError(err) {
		failure = errors.New("cos.IsNotFoundError is false")
	}
	return detail, failure
}

func readAfterWrite() error {
	for write := 0; write < 5; write++ {
		latest := ruleTo("good")
		latest.Prefix = fmt.Sprintf("write-%d/", write)
		if err := putAndGet(latest); err != nil {
			return err
		}
	}
	return nil
}

func replace() error {
	second := ruleTo("good")
	second.ID, second.Prefix, second.Status = "rule-2", "other/", "Disabled"
	if err := putAndGet(ruleTo("good"), second); err != nil {
		return err
	}
	return putAndGet(second)
}

func remove() error {
	if _, err := client.Bucket.DeleteBucketReplication(ctx); err != nil {
		return err
	}
	if _, err := none(); err != nil {
		return err
	}
	_, err := client.Bucket.DeleteBucketReplication(ctx)
	return err
}

func tell(check string, detail string, err error) {
	line := report{Check: check, Outcome: "ok", Detail: detail}
	if err != nil {
		line.Outcome, line.Detail = "failed", err.Error()
	}
	write(line)
}

func write(line report) {
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		panic(err)
	}
}

func main() {
	if err := json.Unmarshal([]byte(os.Args[1]), &config); err != nil {
		panic(err)
	}
	client = connect(config.Source)
	refused := func(check string, status int, code string, err error) {
		detail, failure := mustFail(status, code, err)
		tell(check, detail, failure)
	}

	detail, err := none()
	tell("none", detail, err)
	tell("put", "", put(ruleTo("good")))
	tell("get", "", mustBe(ruleTo("good")))
	tell("read-after-write", "", readAfterWrite())
	tell("replace", "", replace())
	tell("every-element", "", putAndGet(fullRule()))
	tell("delete", "", remove())
	write(report{"malformed", "n/a", "the SDK takes a document only as its own structure, and encoding/xml writes nothing that is not well-formed"})

	wrong := config.Source
	wrong.SecretKey += "x"
	refused("wrong-signature", 403, "SignatureDoesNotMatch", putBy(connect(wrong), ruleTo("good")))
	unknown := config.Source
	unknown.SecretID = "CRRunknownunknown"
	refused("unknown-key", 403, "InvalidAccessKeyId", putBy(connect(unknown), ruleTo("good")))
	refused("source-unversioned", 400, "BucketVersionNotOpen", putBy(connect(config.Unversioned), ruleTo("good")))
	refused("destination-unversioned", 400, "BucketVersionNotOpen", put(ruleTo("unversioned")))
	refused("destination-missing", 404, "NoSuchBucket", put(ruleTo("missing")))
	refused("destination-unlisted", 403, "UserNotTargetBucketOwner", put(ruleTo("unlisted")))
}
