package io.freeport.docker.internal.lease;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.ContainerLauncher;
import io.freeport.docker.LaunchedContainer;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.reaper.Reaper;
import io.freeport.docker.testing.Httpd;
import io.freeport.docker.testing.SuiteChild;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** Prints who it is, and does what it is told, until it is told to exit. */
final class LeaseChild {

  private LeaseChild() {}

  public static void main(String[] args) throws Exception {
    SuiteChild.printLog();
    System.out.println(OwnerRegistry.of(Settings.ofThisJvm()).self());
    LaunchedContainer container = null;
    Scanner in = new Scanner(System.in, StandardCharsets.UTF_8);
    try (DockerClient client = Engine.connect()) {
      while (true) {
        switch (in.nextLine()) {
          case "start" -> {
            container = ContainerLauncher.using(client).start(Httpd.create(client), Httpd.PORT);
            System.out.println(container.id());
          }
          case "stop" -> {
            if (container != null) {
              container.close();
            }
            System.out.println("stopped");
          }
          case "reap" ->
              System.out.println("reaped " + Reaper.using(client).reap().removed().size());
          default -> {
            return;
          }
        }
      }
    }
  }
}
