package io.freeport.examples.kotlin

import io.freeport.HeldPort
import io.freeport.PortState
import io.freeport.junit5.FreePort
import java.net.ServerSocket
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

// Without "param:" the field behind the property would be annotated too.
class KotlinTest(@FreePort("web") private val ofConstructor: Int) {

  @DatabasePort private var database = 0

  @FreePort private lateinit var held: HeldPort

  @Test
  fun `a port can be listened on`(@FreePort port: Int) {
    ServerSocket(port).use { server -> assertThat(server.localPort).isEqualTo(port) }
  }

  @Test
  fun `a composed annotation names a port`(@DatabasePort port: Int) {
    assertThat(port).isEqualTo(database)
  }

  @Test
  fun `the constructor's port`(@FreePort("web") port: Int) {
    assertThat(port).isEqualTo(ofConstructor)
  }

  @Test
  fun `a held port is not offered yet`() {
    assertThat(held.state()).isEqualTo(PortState.HELD)
  }
}
