// Google's own client for Java leads keys through their whole lives on the stand-in, and checks with Java's cryptography what it answers. Prints one JSON object.
//
//     java -cp 'lib/*' Client.java ENDPOINT RING CREDENTIALS CONTROL CA

import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.ApiException;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.kms.v1.*;
import com.google.cloud.kms.v1.CryptoKey.CryptoKeyPurpose;
import com.google.cloud.kms.v1.CryptoKeyVersion.CryptoKeyVersionAlgorithm;
import com.google.cloud.kms.v1.CryptoKeyVersion.CryptoKeyVersionState;
import com.google.gson.GsonBuilder;
import com.google.iam.v1.*;
import com.google.protobuf.*;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.*;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.*;
import java.util.*;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.spec.*;

public class Client {
  static final Map<String, Object> said = new TreeMap<>();
  static KeyManagementServiceClient client;
  static String ring;
  static String control;

  interface Call { Object call() throws Exception; }

  static void refused(String name, Call call) throws Exception {
    try {
      call.call();
      said.put(name, "OK");
    } catch (ApiException error) {
      List<String> got = new ArrayList<>(List.of(error.getStatusCode().getCode().name()));
      if (error.getErrorDetails() != null && error.getErrorDetails().getPreconditionFailure() != null)
        for (var one : error.getErrorDetails().getPreconditionFailure().getViolationsList()) got.add(one.getType());
      said.put(name, got);
    }
  }

  static Int64Value crc(ByteString bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.toByteArray());
    return Int64Value.of(sum.getValue());
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }

  static CryptoKey make(String id, CryptoKeyPurpose purpose, CryptoKeyVersionAlgorithm algorithm, ProtectionLevel level) {
    return client.createCryptoKey(ring, id, CryptoKey.newBuilder().setPurpose(purpose)
        .setVersionTemplate(CryptoKeyVersionTemplate.newBuilder().setAlgorithm(algorithm).setProtectionLevel(level)).build());
  }

  static CryptoKeyVersion there(String name) throws Exception {
    while (true) {
      CryptoKeyVersion one = client.getCryptoKeyVersion(name);
      if (!one.getState().name().startsWith("PENDING")) return one;
      Thread.sleep(20);
    }
  }

  static CryptoKeyVersion set(String name, CryptoKeyVersionState state) {
    return client.updateCryptoKeyVersion(CryptoKeyVersion.newBuilder().setName(name).setState(state).build(),
        FieldMask.newBuilder().addPaths("state").build());
  }

  static java.security.PublicKey half(String name, String kind) throws Exception {
    var answer = client.getPublicKey(name);
    check(answer.getPemCrc32C().equals(crc(answer.getPemBytes())), "public key");
    String text = answer.getPem().replaceAll("-----[^-]*-----|\\s", "");
    return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(text)));
  }

  static void forward(long days) throws Exception {
    HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(control))
        .POST(HttpRequest.BodyPublishers.ofString("{\"forward\":" + days * 86_400_000L + "}")).build(), HttpResponse.BodyHandlers.ofString());
  }

  public static void main(String[] args) throws Exception {
    ring = args[1];
    control = args[3];
    var trusted = GrpcSslContexts.forClient().trustManager(new File(args[4])).build();
    var channel = InstantiatingGrpcChannelProvider.newBuilder().setEndpoint(args[0])
        .setChannelConfigurator(one -> ((NettyChannelBuilder) one).sslContext(trusted)).build();
    var credentials = ServiceAccountCredentials.fromStream(new FileInputStream(args[2])).createWithUseJwtAccessWithScope(true)
        .createScoped("https://www.googleapis.com/auth/cloudkms");
    client = KeyManagementServiceClient.create(KeyManagementServiceSettings.newBuilder()
        .setTransportChannelProvider(channel).setEndpoint(args[0])
        .setCredentialsProvider(FixedCredentialsProvider.create(credentials)).build());
    encrypting();
    signing();
    importing();
    living();
    listing();
    System.out.println(new GsonBuilder().create().toJson(said));
    client.close();
    System.exit(0);
  }

  static void encrypting() throws Exception {
    CryptoKey key = client.createCryptoKey(ring, "java-aes", CryptoKey.newBuilder().setPurpose(CryptoKeyPurpose.ENCRYPT_DECRYPT).putLabels("team", "java").build());
    ByteString text = ByteString.copyFromUtf8("text"), about = ByteString.copyFromUtf8("about");
    EncryptResponse shut = client.encrypt(EncryptRequest.newBuilder().setName(key.getName()).setPlaintext(text).setPlaintextCrc32C(crc(text))
        .setAdditionalAuthenticatedData(about).setAdditionalAuthenticatedDataCrc32C(crc(about)).build());
    check(shut.getVerifiedPlaintextCrc32C() && shut.getVerifiedAdditionalAuthenticatedDataCrc32C() && shut.getCiphertextCrc32C().equals(crc(shut.getCiphertext())), "encrypt");
    DecryptRequest open = DecryptRequest.newBuilder().setName(key.getName()).setCiphertext(shut.getCiphertext()).setAdditionalAuthenticatedData(about).build();
    DecryptResponse opened = client.decrypt(open);
    check(opened.getPlaintextCrc32C().equals(crc(opened.getPlaintext())), "decrypt");
    said.put("opened", List.of(opened.getPlaintext().toStringUtf8(), opened.getUsedPrimary()));
    refused("other context", () -> client.decrypt(key.getName(), shut.getCiphertext()));
    refused("bad checksum", () -> client.encrypt(EncryptRequest.newBuilder().setName(key.getName()).setPlaintext(text).setPlaintextCrc32C(Int64Value.of(7)).build()));
    client.createCryptoKeyVersion(key.getName(), CryptoKeyVersion.getDefaultInstance());
    said.put("primary", client.updateCryptoKeyPrimaryVersion(key.getName(), "2").getPrimary().getName().endsWith("/2"));
    said.put("still opened", List.of(client.decrypt(open).getPlaintext().toStringUtf8(), client.decrypt(open).getUsedPrimary()));
    var mask = FieldMask.newBuilder().addPaths("rotation_period").addPaths("next_rotation_time").build();
    long now = System.currentTimeMillis() / 1000;
    client.updateCryptoKey(key.toBuilder().setRotationPeriod(Duration.newBuilder().setSeconds(172_800)).setNextRotationTime(Timestamp.newBuilder().setSeconds(now + 86_400)).build(), mask);
    forward(2);
    CryptoKey rotated = client.getCryptoKey(key.getName());
    said.put("rotated", List.of(rotated.getPrimary().getName().endsWith("/3"), rotated.getNextRotationTime().getSeconds() - now, rotated.getLabelsOrThrow("team")));
    said.put("off", client.updateCryptoKey(CryptoKey.newBuilder().setName(key.getName()).build(), mask).hasNextRotationTime());
    refused("wrong purpose", () -> client.macSign(key.getName() + "/cryptoKeyVersions/1", text));
    Policy policy = client.getIamPolicy(GetIamPolicyRequest.newBuilder().setResource(key.getName()).build());
    var wish = SetIamPolicyRequest.newBuilder().setResource(key.getName()).setPolicy(policy.toBuilder()
        .addBindings(Binding.newBuilder().setRole("roles/cloudkms.viewer").addMembers("user:java@example.com"))).build();
    client.setIamPolicy(wish);
    said.put("bound", client.getIamPolicy(GetIamPolicyRequest.newBuilder().setResource(key.getName()).build()).getBindings(0).getMembersList());
    refused("stale", () -> client.setIamPolicy(wish));
  }

  static void signing() throws Exception {
    byte[] message = "message".getBytes();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(message);
    List<Object> verified = new ArrayList<>();
    for (var one : List.of(List.of("java-ec", CryptoKeyVersionAlgorithm.EC_SIGN_P256_SHA256, "EC", "SHA256withECDSA"),
        List.of("java-pkcs1", CryptoKeyVersionAlgorithm.RSA_SIGN_PKCS1_2048_SHA256, "RSA", "SHA256withRSA"),
        List.of("java-pss", CryptoKeyVersionAlgorithm.RSA_SIGN_PSS_2048_SHA256, "RSA", "RSASSA-PSS"))) {
      CryptoKey key = make((String) one.get(0), CryptoKeyPurpose.ASYMMETRIC_SIGN, (CryptoKeyVersionAlgorithm) one.get(1), ProtectionLevel.HSM);
      String name = there(key.getName() + "/cryptoKeyVersions/1").getName();
      AsymmetricSignResponse signed = client.asymmetricSign(name, Digest.newBuilder().setSha256(ByteString.copyFrom(digest)).build());
      check(signed.getName().equals(name) && signed.getSignatureCrc32C().equals(crc(signed.getSignature())), "sign");
      Signature by = Signature.getInstance((String) one.get(3));
      if (one.get(3).equals("RSASSA-PSS")) by.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      by.initVerify(half(name, (String) one.get(2)));
      by.update(message);
      verified.add(by.verify(signed.getSignature().toByteArray()));
    }
    said.put("signed", verified);
    said.put("attested", client.getCryptoKeyVersion(ring + "/cryptoKeys/java-pss/cryptoKeyVersions/1").getAttestation().getFormat().name());
    String opens = there(make("java-oaep", CryptoKeyPurpose.ASYMMETRIC_DECRYPT, CryptoKeyVersionAlgorithm.RSA_DECRYPT_OAEP_2048_SHA256, ProtectionLevel.SOFTWARE).getName() + "/cryptoKeyVersions/1").getName();
    Cipher oaep = Cipher.getInstance("RSA/ECB/OAEPPadding");
    oaep.init(Cipher.ENCRYPT_MODE, half(opens, "RSA"), new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
    said.put("oaep", client.asymmetricDecrypt(opens, ByteString.copyFrom(oaep.doFinal(message))).getPlaintext().toStringUtf8());
    String mac = make("java-mac", CryptoKeyPurpose.MAC, CryptoKeyVersionAlgorithm.HMAC_SHA256, ProtectionLevel.SOFTWARE).getName() + "/cryptoKeyVersions/1";
    ByteString tag = client.macSign(mac, ByteString.copyFrom(message)).getMac();
    said.put("mac", List.of(client.macVerify(mac, ByteString.copyFrom(message), tag).getSuccess(), client.macVerify(mac, ByteString.copyFromUtf8("another"), tag).getSuccess()));
    said.put("random", client.generateRandomBytes(ring.split("/keyRings/")[0], 32, ProtectionLevel.HSM).getData().size());
  }

  static void importing() throws Exception {
    ImportJob job = client.createImportJob(ring, "java-job", ImportJob.newBuilder().setProtectionLevel(ProtectionLevel.SOFTWARE).setImportMethod(ImportJob.ImportMethod.RSA_OAEP_3072_SHA256).build());
    while (job.getState() == ImportJob.ImportJobState.PENDING_GENERATION) job = client.getImportJob(job.getName());
    String text = job.getPublicKey().getPem().replaceAll("-----[^-]*-----|\\s", "");
    Cipher wraps = Cipher.getInstance("RSA/ECB/OAEPPadding");
    wraps.init(Cipher.ENCRYPT_MODE, KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(text))),
        new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
    CryptoKey key = client.createCryptoKey(CreateCryptoKeyRequest.newBuilder().setParent(ring).setCryptoKeyId("java-brought").setSkipInitialVersionCreation(true)
        .setCryptoKey(CryptoKey.newBuilder().setPurpose(CryptoKeyPurpose.ENCRYPT_DECRYPT).setImportOnly(true)).build());
    CryptoKeyVersion brought = there(client.importCryptoKeyVersion(ImportCryptoKeyVersionRequest.newBuilder().setParent(key.getName()).setImportJob(job.getName())
        .setAlgorithm(CryptoKeyVersionAlgorithm.GOOGLE_SYMMETRIC_ENCRYPTION).setWrappedKey(ByteString.copyFrom(wraps.doFinal(new byte[32]))).build()).getName());
    said.put("brought", List.of(brought.getState().name(), brought.getImportJob().equals(job.getName()), brought.hasImportTime()));
    refused("import only", () -> client.createCryptoKeyVersion(key.getName(), CryptoKeyVersion.getDefaultInstance()));
  }

  static void living() throws Exception {
    CryptoKey key = client.createCryptoKey(ring, "java-life", CryptoKey.newBuilder().setPurpose(CryptoKeyPurpose.ENCRYPT_DECRYPT).setDestroyScheduledDuration(Duration.newBuilder().setSeconds(86_400)).build());
    String name = key.getPrimary().getName();
    Call use = () -> client.encrypt(key.getName(), ByteString.copyFromUtf8("x"));
    set(name, CryptoKeyVersionState.DISABLED);
    refused("disabled", use);
    set(name, CryptoKeyVersionState.ENABLED);
    refused("enabled", use);
    refused("set destroyed", () -> set(name, CryptoKeyVersionState.DESTROYED));
    said.put("scheduled", client.destroyCryptoKeyVersion(name).getState().name());
    refused("scheduled and used", use);
    said.put("restored", client.restoreCryptoKeyVersion(name).getState().name());
    refused("restored twice", () -> client.restoreCryptoKeyVersion(name));
    client.destroyCryptoKeyVersion(name);
    forward(2);
    CryptoKeyVersion dead = client.getCryptoKeyVersion(name);
    said.put("destroyed", List.of(dead.getState().name(), dead.hasDestroyTime(), dead.hasDestroyEventTime()));
    // This client knows no deletion yet.
    refused("destroyed again", () -> client.destroyCryptoKeyVersion(name));
  }

  static void listing() throws Exception {
    for (int at = 0; at < 7; at++) client.createCryptoKeyVersion(ring + "/cryptoKeys/java-mac", CryptoKeyVersion.getDefaultInstance());
    var versions = client.listCryptoKeyVersions(ListCryptoKeyVersionsRequest.newBuilder().setParent(ring + "/cryptoKeys/java-mac").setPageSize(3).build());
    List<Integer> pages = new ArrayList<>();
    for (var one : versions.iteratePages()) pages.add(one.getPageElementCount());
    said.put("pages", pages);
    List<String> names = new ArrayList<>();
    for (CryptoKey one : client.listCryptoKeys(ring).iterateAll()) names.add(one.getName().substring(ring.length() + "/cryptoKeys/".length()));
    said.put("names", names);
    refused("missing", () -> client.getCryptoKey(ring + "/cryptoKeys/nothing"));
    refused("name twice", () -> make("java-aes", CryptoKeyPurpose.ENCRYPT_DECRYPT, CryptoKeyVersionAlgorithm.GOOGLE_SYMMETRIC_ENCRYPTION, ProtectionLevel.SOFTWARE));
    refused("ring twice", () -> client.createKeyRing(ring.split("/keyRings/")[0], ring.split("/keyRings/")[1], KeyRing.getDefaultInstance()));
  }
}
