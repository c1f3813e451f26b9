package io.freeport.internal.handoff;

import io.freeport.PortEvent;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A {@link PortEvent} in a recording of the JDK Flight Recorder. Costs next to nothing while there
 * is none.
 */
@Name("io.freeport.Port")
@Label("Port")
@Category("FreePort")
@Description("Something that happened to a port: it was held, offered, taken, released, ...")
@StackTrace(false)
public final class FlightEvent extends Event {

  @Label("Type")
  String type = "";

  @Label("Port")
  int port;

  @Label("Name")
  String name = "";

  @Label("Used By")
  String usedBy = "";

  @Label("Held For")
  @Timespan
  long heldFor;

  public static void commit(PortEvent happened) {
    FlightEvent event = new FlightEvent();
    if (event.shouldCommit()) {
      event.type = happened.type().name();
      event.port = happened.port();
      event.name = happened.name();
      event.usedBy = happened.usedBy();
      event.heldFor = happened.age().toNanos();
      event.commit();
    }
  }
}
