import modjvm.*;

Response application(Request request) {
    return Response.text("compact " + request.pathInfo() + "\n");
}
