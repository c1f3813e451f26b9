package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.junit5.RequiresDocker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.net.ftp.FTPClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;

/** Services that tell their clients port numbers. */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Timeout(120)
class ServicesTest {

  private static final int PASSIVE_PORTS = 4;

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void release() {
    System.clearProperty("freeport.container.handoff");
    allocator.close();
  }

  @Test
  void anFtpServerWithPassivePorts() throws Exception {
    try (GenericContainer<?> ftp = ftpServer()) {
      List<HeldPort> block = publishPassivePorts(ftp, allocator);
      HeldPort port = ContainerPorts.publish(ftp, 21);
      ftp.start();
      assertThat(block).extracting(HeldPort::state).containsOnly(PortState.TAKEN);
      checkTransfers(port, block);
    }
  }

  /** One of the block is lost: all of it moves on, and the server is told. */
  @Test
  void anFtpServerWhoseBlockIsLost() throws Exception {
    System.setProperty("freeport.container.handoff", "close-then-bind");
    try (GapThief thief = new GapThief(1);
        GenericContainer<?> ftp = ftpServer()) {
      List<HeldPort> block = publishPassivePorts(ftp, thief.allocator());
      thief.want(block.get(2));
      HeldPort port = ContainerPorts.publish(ftp, 21);
      ftp.start();
      assertThat(thief.loot()).hasSize(1);
      assertThat(block).extracting(HeldPort::number).doesNotContainAnyElementsOf(thief.loot());
      checkTransfers(port, block);
    }
  }

  private static GenericContainer<?> ftpServer() {
    return new GenericContainer<>("fauria/vsftpd:latest")
        .withEnv("FTP_USER", "tester")
        .withEnv("FTP_PASS", "secret")
        .withEnv("PASV_ADDRESS", "127.0.0.1")
        .waitingFor(Wait.forListeningPort());
  }

  private static List<HeldPort> publishPassivePorts(
      GenericContainer<?> ftp, PortAllocator allocator) {
    List<HeldPort> block =
        allocator.holdAll(
            PortRequest.named("ftp-passive").count(PASSIVE_PORTS).contiguous().build());
    ContainerPorts.publishSame(ftp, block);
    ContainerPorts.configure(
        ftp,
        it ->
            it.withEnv("PASV_MIN_PORT", String.valueOf(block.get(0).number()))
                .withEnv("PASV_MAX_PORT", String.valueOf(block.get(PASSIVE_PORTS - 1).number())));
    return block;
  }

  private static void checkTransfers(HeldPort port, List<HeldPort> block) throws Exception {
    FTPClient client = new FTPClient();
    client.connect("127.0.0.1", port.number());
    try {
      assertThat(client.login("tester", "secret")).isTrue();
      client.enterLocalPassiveMode();
      for (int i = 0; i < 6; i++) {
        String name = "file-" + i;
        assertThat(
                client.storeFile(
                    name, new ByteArrayInputStream(name.getBytes(StandardCharsets.UTF_8))))
            .isTrue();
        assertThat(block).extracting(HeldPort::number).contains(client.getPassivePort());
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        assertThat(client.retrieveFile(name, content)).isTrue();
        assertThat(content.toString(StandardCharsets.UTF_8)).isEqualTo(name);
      }
      client.logout();
    } finally {
      client.disconnect();
    }
  }

  @Test
  void aWebServerThatRedirectsToItself() throws Exception {
    try (GenericContainer<?> nginx = new GenericContainer<>("nginx:1.22")) {
      HeldPort port = ContainerPorts.publish(nginx, 8080);
      ContainerPorts.configure(
          nginx,
          it ->
              it.withCopyToContainer(
                  Transferable.of(
                      """
                      server {
                        listen 8080;
                        location /old { return 302 http://127.0.0.1:%d/new; }
                        location /new { return 200 "here"; }
                      }
                      """
                          .formatted(port.number())),
                  "/etc/nginx/conf.d/redirects.conf"));
      nginx.start();

      HttpClient client =
          HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.number() + "/old"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.body()).isEqualTo("here");
      assertThat(response.uri().getPath()).isEqualTo("/new");
    }
  }
}
