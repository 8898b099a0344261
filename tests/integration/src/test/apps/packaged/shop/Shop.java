package shop;

import modjvm.Request;
import modjvm.Response;

public class Shop {
    static Response application(Request request) {
        return Response.text("shop " + Shelf.size() + "\n");
    }
}
