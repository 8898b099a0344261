package sample

import modjvm.{Application, Config, Request, Response}

object Greeting:
  def greet(request: Request): Response = Response.text(s"Scala greets ${request.pathInfo}")

  val application: Request => Response = _ => Response.text("Scala's function")

  val configured: (Request, Config) => Response = (_, config) => Response.text(s"Scala's function, ${config.parameters.get("name")}")

object Single extends Application:
  override def handle(request: Request): Response = Response.text("Scala's object")
