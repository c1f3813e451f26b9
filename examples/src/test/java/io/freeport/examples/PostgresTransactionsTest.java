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

/** Two connections to one held port. */
@RequiresDocker
class PostgresTransactionsTest {

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
  void isolatesTransactions() throws SQLException {
    try (Connection writer = POSTGRES.createConnection("");
        Connection reader = POSTGRES.createConnection("");
        Statement write = writer.createStatement();
        Statement read = reader.createStatement()) {
      write.execute("create table seen (n int)");
      writer.setAutoCommit(false);
      write.execute("insert into seen values (1)");
      assertThat(rows(read)).isZero();
      writer.commit();
      assertThat(rows(read)).isEqualTo(1);
    }
  }

  private static int rows(Statement statement) throws SQLException {
    try (ResultSet result = statement.executeQuery("select count(*) from seen")) {
      assertThat(result.next()).isTrue();
      return result.getInt(1);
    }
  }
}
