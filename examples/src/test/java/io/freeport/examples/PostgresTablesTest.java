package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.RequiresDocker;
import io.freeport.testcontainers.ContainerPorts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Tables of one test class are invisible to another: each has a server of its own. */
@RequiresDocker
class PostgresTablesTest {

  private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:15");

  static {
    ContainerPorts.publish(POSTGRES, 5432);
  }

  @BeforeAll
  static void startPostgres() {
    POSTGRES.start();
  }

  @AfterAll
  static void stopPostgres() {
    POSTGRES.stop();
  }

  @Test
  void keepsRows() throws SQLException {
    try (Connection connection = POSTGRES.createConnection("");
        Statement statement = connection.createStatement()) {
      statement.execute("create table ports (number int primary key)");
      statement.execute("insert into ports values (10000), (32767)");
      try (ResultSet result = statement.executeQuery("select count(*) from ports")) {
        assertThat(result.next()).isTrue();
        assertThat(result.getInt(1)).isEqualTo(2);
      }
    }
  }
}
