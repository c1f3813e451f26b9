package io.freeport.examples.catalog;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Looks articles up in the catalog. */
public final class CatalogClient {

  private final URI address;
  private final HttpClient http = HttpClient.newHttpClient();

  public CatalogClient(URI address) {
    this.address = address;
  }

  /** Returns where the article has its page. */
  public URI find(String article) throws IOException, InterruptedException {
    return URI.create(read(address.resolve("/" + article)));
  }

  /** Returns what is on the page. */
  public String read(URI page) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(page).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
