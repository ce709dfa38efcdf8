"""Serve a linear model over HTTP on the loopback interface, ask it once, and end."""
import json
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

MODEL = "/srv/model.json"

with open(MODEL) as file:
    model = json.load(file)


class Predict(BaseHTTPRequestHandler):
    def do_POST(self):
        x = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        y = model["bias"] + sum(w * v for w, v in zip(model["weights"], x))
        body = json.dumps({"prediction": y}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 8080), Predict)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("prediction:", urllib.request.urlopen("http://127.0.0.1:8080/", b"[3, 4]", timeout=5).read().decode())
for what, attempt in (("the model", lambda: open(MODEL, "w")),
                      ("a cache beside it", lambda: open("/srv/cache", "w")),
                      ("a machine outside", lambda: urllib.request.urlopen("http://192.0.2.1/", timeout=5))):
    try:
        attempt()
    except OSError as error:
        print(f"{what}: {error}")
    else:
        sys.exit(f"{what}: reached")
