cat >pom.xml <<'POM'
<project>
  <build><plugins><plugin>
    <artifactId>maven-surefire-plugin</artifactId>
    <configuration>
      <forkCount>2</forkCount>
      <systemPropertyVariables><freeport.leeks>fail</freeport.leeks></systemPropertyVariables>
    </configuration>
  </plugin></plugins></build>
</project>
POM
show freeport doctor
