package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
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

/** A module's container class, with its own wait strategy and its own retries. */
@RequiresDocker
class PostgresQueriesTest {

  private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:15");
  private static final HeldPort PORT = ContainerPorts.publish(POSTGRES, 5432);

  @BeforeAll
  static void startPostgres() {
    POSTGRES.start();
  }

  @AfterAll
  static void stopPostgres() {
    POSTGRES.stop();
  }

  @Test
  void answersQueries() throws SQLException {
    try (Connection connection = POSTGRES.createConnection("");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select sum(n) from generate_series(1, 10) n")) {
      assertThat(result.next()).isTrue();
      assertThat(result.getInt(1)).isEqualTo(55);
    }
  }

  @Test
  void itsJdbcUrlHasTheHeldPort() {
    assertThat(POSTGRES.getJdbcUrl()).contains(":" + PORT.number() + "/");
  }
}
