package io.freeport.examples.springboot;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@RestController
class GreetingController {

  private final RestClient people;
  private final String self;

  GreetingController(
      @Value("${people.url}") String people,
      @Value("http://127.0.0.1:${server.port:8080}") String self) {
    this.people = RestClient.create(people);
    this.self = self;
  }

  @GetMapping("/greetings/{id}")
  String greeting(@PathVariable("id") int id) {
    return "Hello " + people.get().uri("/" + id).retrieve().body(String.class);
  }

  /** Where this application can be reached, as it tells others: so it must know its port. */
  @GetMapping("/self")
  String self() {
    return self;
  }
}
