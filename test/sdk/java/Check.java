import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.qcloud.cos.COSClient;
import com.qcloud.cos.ClientConfig;
import com.qcloud.cos.auth.BasicCOSCredentials;
import com.qcloud.cos.endpoint.UserSpecifiedEndpointBuilder;
import com.qcloud.cos.exception.CosServiceException;
import com.qcloud.cos.http.HttpProtocol;
import com.qcloud.cos.model.BucketReplicationConfiguration;
import com.qcloud.cos.model.ReplicationDestinationConfig;
import com.qcloud.cos.model.ReplicationRule;
import com.qcloud.cos.region.Region;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The Java SDK as a client of the replication API: one line of JSON on stdout for each check. */
public final class Check {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static JsonNode config;
  private static COSClient client;
  private static String bucket;

  /** Returns a detail for the report, or null; throws when the check has failed. */
  private interface Body {
    String run() throws Exception;
  }

  private interface Call {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    config = JSON.readTree(arguments[0]);
    JsonNode source = config.get("source");
    bucket = text(source, "bucket");
    client = connect(source, text(source, "secretId"), text(source, "secretKey"));

    check("none", Check::none);
    check("put", () -> done(() -> put(rule("good"))));
    check("get", () -> done(() -> mustBe(rule("good"))));
    check("read-after-write", Check::readAfterWrite);
    check("replace", Check::replace);
    check("every-element", () -> done(() -> putAndGet(fullRule())));
    check("delete", Check::delete);
    // The SDK escapes characters that XML has a name for, but not those that XML cannot hold.
    check("malformed", () -> mustFail(400, "MalformedXML", () -> put(rule("good").withPrefix("logs\u0001/"))));
    check("wrong-signature", () -> mustFail(403, "SignatureDoesNotMatch",
        () -> putBy(connect(source, text(source, "secretId"), "wrong"), bucket, rule("good"))));
    check("unknown-key", () -> mustFail(403, "InvalidAccessKeyId",
        () -> putBy(connect(source, "CRRunknownunknown", "unknown"), bucket, rule("good"))));
    JsonNode unversioned = config.get("unversioned");
    check("source-unversioned", () -> mustFail(400, "BucketVersionNotOpen",
        () -> putBy(connect(unversioned, text(unversioned, "secretId"), text(unversioned, "secretKey")),
            text(unversioned, "bucket"), rule("good"))));
    check("destination-unversioned", () -> mustFail(400, "BucketVersionNotOpen", () -> put(rule("unversioned"))));
    check("destination-missing", () -> mustFail(404, "NoSuchBucket", () -> put(rule("missing"))));
    check("destination-unlisted", () -> mustFail(403, "UserNotTargetBucketOwner", () -> put(rule("unlisted"))));
    // Threads of idle connections would keep the process alive.
    System.exit(0);
  }

  /** The host of the function, reached through the local cloud as the proxy. */
  private static COSClient connect(JsonNode at, String secretId, String secretKey) {
    URI proxy = URI.create(text(config, "endpoint"));
    ClientConfig settings = new ClientConfig(new Region(text(config, "region")));
    settings.setHttpProtocol(HttpProtocol.http);
    settings.setHttpProxyIp(proxy.getHost());
    settings.setHttpProxyPort(proxy.getPort());
    settings.setEndpointBuilder(new UserSpecifiedEndpointBuilder(text(at, "domain"), text(at, "domain")));
    return new COSClient(new BasicCOSCredentials(secretId, secretKey), settings);
  }

  private static ReplicationRule rule(String destination) {
    ReplicationDestinationConfig target = new ReplicationDestinationConfig();
    target.setBucketQCS(text(config.get("destinations"), destination));
    return new ReplicationRule().withID("rule-1").withStatus("Enabled").withPrefix("logs/").withDestinationConfig(target);
  }

  /** Every element that the SDK's model has. */
  private static ReplicationRule fullRule() {
    ReplicationRule full = rule("good").withID("every & <element>").withPrefix("größe/日志 & <x>/").withStatus("Disabled");
    full.getDestinationConfig().setStorageClass("Standard_IA");
    return full;
  }

  private static void put(ReplicationRule... rules) {
    putBy(client, bucket, rules);
  }

  private static void putBy(COSClient by, String name, ReplicationRule... rules) {
    BucketReplicationConfiguration document = new BucketReplicationConfiguration();
    document.setRoleName(text(config, "role"));
    document.setRules(List.of(rules));
    by.setBucketReplicationConfiguration(name, document);
  }

  private static void putAndGet(ReplicationRule... rules) {
    put(rules);
    mustBe(rules);
  }

  private static void mustBe(ReplicationRule... rules) {
    BucketReplicationConfiguration found = client.getBucketReplicationConfiguration(bucket);
    mustEqual(found.getRoleName(), text(config, "role"));
    mustEqual(asText(found.getRules()), asText(List.of(rules)));
  }

  private static String asText(List<ReplicationRule> rules) {
    return rules.stream()
        .map(rule -> List.of(rule.getID(), rule.getStatus(), rule.getPrefix(), rule.getDestinationConfig().getBucketQCS(),
            String.valueOf(rule.getDestinationConfig().getStorageClass())).toString())
        .collect(Collectors.joining("\n"));
  }

  private static String none() throws Exception {
    return mustFail(404, "ReplicationConfigurationnotFoundError", () -> client.getBucketReplicationConfiguration(bucket));
  }

  private static String readAfterWrite() {
    for (int write = 0; write < 5; write++) putAndGet(rule("good").withPrefix("write-" + write + "/"));
    return null;
  }

  private static String replace() {
    ReplicationRule second = rule("good").withID("rule-2").withPrefix("other/").withStatus("Disabled");
    putAndGet(rule("good"), second);
    putAndGet(second);
    return null;
  }

  private static String delete() throws Exception {
    client.deleteBucketReplicationConfiguration(bucket);
    none();
    client.deleteBucketReplicationConfiguration(bucket);
    return null;
  }

  private static String done(Call call) throws Exception {
    call.run();
    return null;
  }

  private static String mustFail(int status, String code, Call call) throws Exception {
    try {
      call.run();
    } catch (CosServiceException error) {
      mustEqual(error.getStatusCode() + " " + error.getErrorCode(), status + " " + code);
      if (error.getRequestId() == null || error.getRequestId().isEmpty()) throw new Exception("the error has no request ID");
      return "CosServiceException " + status + " " + code;
    }
    throw new Exception("succeeded, not " + status + " " + code);
  }

  private static void mustEqual(Object found, Object expected) {
    if (!found.equals(expected)) throw new IllegalStateException(found + " instead of " + expected);
  }

  private static void check(String name, Body body) throws Exception {
    Map<String, String> line;
    try {
      String detail = body.run();
      line = Map.of("check", name, "outcome", "ok", "detail", detail == null ? "" : detail);
    } catch (Exception error) {
      line = Map.of("check", name, "outcome", "failed", "detail", error.toString());
    }
    System.out.println(JSON.writeValueAsString(line));
  }

  private static String text(JsonNode node, String name) {
    return node.get(name).asText();
  }
}
