package io.freeport.examples.kotlin

import io.freeport.junit5.FreePort

/** The port of the database, the same one wherever a test says so. */
@Target(AnnotationTarget.VALUE_PARAMETER, AnnotationTarget.FIELD)
@Retention(AnnotationRetention.RUNTIME)
@FreePort("database")
annotation class DatabasePort
