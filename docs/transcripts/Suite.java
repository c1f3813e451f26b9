import com.github.dockerjava.api.DockerClient;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.testcontainers.ContainerLauncher;
import io.freeport.testcontainers.PlainEngine;

/** Stands for a test run, in transcripts: it holds two ports, and has a container if it is told so. */
class Suite {

  public static void main(String[] args) throws Exception {
    try (PortAllocator ports = PortAllocator.create();
        DockerClient docker = args.length == 0 ? null : PlainEngine.connect()) {
      HeldPort web = ports.hold(PortRequest.named("web").usedBy("ShopTest").build());
      HeldPort mail = ports.hold(PortRequest.named("mail").usedBy("MailTest").build());
      mail.offer();
      if (docker != null) {
        ContainerLauncher.using(docker).start(docker.createContainerCmd(args[0]), 6379);
      }
      System.out.println(web.number());
      Thread.currentThread().join(); // until it is killed
    }
  }
}
