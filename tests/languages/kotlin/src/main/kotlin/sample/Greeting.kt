package sample

import modjvm.Application
import modjvm.Config
import modjvm.Request
import modjvm.Response

/** A function of the file: the class is `GreetingKt`. */
fun greet(request: Request): Response = Response.text("Kotlin greets ${request.pathInfo()}")

/** A lambda: a field with a getter, both of `GreetingKt`. */
val application: (Request) -> Response = { Response.text("Kotlin's lambda") }

@JvmField
val field: (Request, Config) -> Response = { _, config -> Response.text("Kotlin's field, ${config.parameters()["name"]}") }

private var made = 0

/** A singleton. */
object Single : Application {
    init {
        made++
    }

    override fun handle(request: Request): Response = Response.text("Kotlin's object, made $made")

    fun member(request: Request): Response = handle(request)
}
