package io.freeport.examples.servers;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Netty, and servers that use it. */
final class NettyServers {

  private static final String LOCALHOST = "127.0.0.1";

  private NettyServers() {}

  static List<Server> all() {
    return List.of(netty(), nettyEpoll(), grpc(), vertx(), socketIo(), socketIoThatReuses());
  }

  private static Server netty() {
    return Server.ofThisJvm(
        "Netty, `NioServerSocketChannel`",
        NioServerSocketChannel.class,
        Dialog.HTTP,
        (port, folder) -> {
          EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
          return bound(http(group).channel(NioServerSocketChannel.class), group, port);
        });
  }

  private static Server nettyEpoll() {
    Server server =
        Server.ofThisJvm(
            "Netty, `EpollServerSocketChannel`, `SO_REUSEPORT`",
            EpollServerSocketChannel.class,
            Dialog.HTTP,
            (port, folder) -> {
              EventLoopGroup group =
                  new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
              return bound(
                  http(group)
                      .channel(EpollServerSocketChannel.class)
                      .option(UnixChannelOption.SO_REUSEPORT, true),
                  group,
                  port);
            });
    return Epoll.isAvailable() ? server : server.missing();
  }

  /** Returns a server that has no channel yet. */
  static ServerBootstrap http(EventLoopGroup group) {
    return new ServerBootstrap()
        .group(group)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpServerCodec(), new Hello());
              }
            });
  }

  private static AutoCloseable bound(ServerBootstrap server, EventLoopGroup group, int port)
      throws Exception {
    try {
      Channel unused = server.bind(LOCALHOST, port).sync().channel();
    } catch (Exception e) {
      stop(group);
      throw e;
    }
    return () -> stop(group);
  }

  static void stop(EventLoopGroup group) throws InterruptedException {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
  }

  private static final class Hello extends SimpleChannelInboundHandler<HttpRequest> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpRequest request) {
      DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
      context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static Server grpc() {
    return Server.ofThisJvm(
        "gRPC",
        NettyServerBuilder.class,
        Dialog.HTTP_2,
        (port, folder) -> {
          io.grpc.Server server =
              NettyServerBuilder.forAddress(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                  .build();
          server.start();
          return () -> server.shutdownNow().awaitTermination();
        });
  }

  private static Server vertx() {
    return Server.ofThisJvm(
        "Vert.x",
        Vertx.class,
        Dialog.HTTP,
        (port, folder) -> {
          Vertx vertx = Vertx.vertx();
          AutoCloseable stop = () -> vertx.close().toCompletionStage().toCompletableFuture().join();
          try {
            vertx
                .createHttpServer()
                .requestHandler(request -> request.response().end())
                .listen(port, LOCALHOST)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
          } catch (RuntimeException e) {
            stop.close();
            throw e;
          }
          return stop;
        });
  }

  private static Server socketIo() {
    return socketIo("netty-socketio", false);
  }

  private static Server socketIoThatReuses() {
    return socketIo("netty-socketio, `getSocketConfig().setReuseAddress(true)`", true);
  }

  private static Server socketIo(String name, boolean reuses) {
    return Server.ofThisJvm(
        name,
        SocketIOServer.class,
        Dialog.http("/socket.io/?EIO=4&transport=polling"),
        (port, folder) -> {
          Configuration configuration = new Configuration();
          configuration.setHostname(LOCALHOST);
          configuration.setPort(port);
          if (reuses) {
            configuration.getSocketConfig().setReuseAddress(true);
          }
          SocketIOServer server = new SocketIOServer(configuration);
          try {
            server.start();
          } catch (Exception e) {
            server.stop();
            throw e;
          }
          return server::stop;
        });
  }
}
