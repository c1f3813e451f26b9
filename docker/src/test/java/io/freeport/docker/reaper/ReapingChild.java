package io.freeport.docker.reaper;

import io.freeport.docker.testing.SuiteChild;
import java.io.IOException;
import java.time.Duration;

/** A JVM that reaps when it is told to, and prints what it logs and what came out. */
final class ReapingChild {

  private ReapingChild() {}

  public static void main(String[] args) throws IOException {
    SuiteChild.printLog();
    Reaper reaper = Reaper.create().timeLimit(Duration.ofMinutes(1));
    reaper.plan(); // all that has to be loaded is
    System.out.println("ready");
    System.in.read();
    ReapReport report = reaper.reap();
    System.out.println("removed " + report.removed().size());
    System.out.println("left " + report.left().size() + report.problem().orElse(""));
  }
}
