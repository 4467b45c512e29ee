"""Driver of morango for `bench sync`: `server FOLDER` says `ready PORT`; `client FOLDER URL` obeys JSON lines.

Both start from one database that holds the certificate, so that getting it is not counted against the peer.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import django
from django.apps import AppConfig
from django.conf import settings

HERE = Path(__file__).parent
PROFILE = "enrolments"


class Enrolments(AppConfig):
    """The smallest Django app with one syncable model; it lives in this file."""

    name = "peer_morango"
    label = "peer"
    path = str(HERE)
    default_auto_field = "django.db.models.AutoField"

    def import_models(self):
        from django.db import models
        from morango.models import SyncableModel

        class Enrolment(SyncableModel):
            morango_model_name = "enrolment"
            morango_profile = PROFILE
            body = models.TextField()

            class Meta:
                app_label = "peer"

            def calculate_source_id(self, *args, **kwargs):
                return json.loads(self.body)["nik"]

            def calculate_partition(self, *args, **kwargs):
                return root().id

        self.enrolment = Enrolment
        self.models = {"enrolment": Enrolment}


def root():
    from morango.models import Certificate

    return Certificate.objects.get()


def configure(folder):
    folder.mkdir(parents=True, exist_ok=True)
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite3")}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes", "django.contrib.auth", "morango", "rest_framework",
            "peer_morango.Enrolments",
        ],
        ROOT_URLCONF="morango.urls", ALLOWED_HOSTS=["*"], SECRET_KEY="of the bench", DEBUG=False, USE_TZ=True,
        LOGGING_CONFIG=None,
    )  # fmt: skip
    django.setup()


def server(folder):
    configure(folder)
    from django.apps import apps
    from django.core.management import call_command
    from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from morango.models import Certificate, ScopeDefinition

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(apps.get_app_config("peer").enrolment)
    ScopeDefinition.objects.create(
        id="whole", profile=PROFILE, version=1, primary_scope_param_key="root", description="all",
        read_filter_template="", write_filter_template="", read_write_filter_template="${root}",
    )  # fmt: skip
    Certificate.generate_root_certificate("whole")
    shutil.copy(folder / "peer.sqlite3", folder / "start.sqlite3")
    WSGIRequestHandler.log_message = lambda *_: None

    from socketserver import ThreadingMixIn

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    httpd = Server(("127.0.0.1", 0), WSGIRequestHandler)
    httpd.set_app(get_wsgi_application())
    print(f"ready {httpd.server_port}", flush=True)
    httpd.serve_forever()


def client(folder, start, url):
    folder.mkdir(parents=True)
    shutil.copy(start, folder / "peer.sqlite3")
    configure(folder)
    from django.apps import apps
    from django.db import transaction
    from morango.models import Certificate, Filter
    from morango.sync.controller import MorangoProfileController

    enrolment = apps.get_app_config("peer").enrolment
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        if "keep" in asked:
            with transaction.atomic():
                for body in Path(asked["keep"]).read_text(encoding="utf-8").splitlines():
                    enrolment(body=body).save()
        else:
            connection = MorangoProfileController(PROFILE).create_network_connection(url)
            certificate = Certificate.objects.get()
            session = connection.create_sync_session(certificate, certificate)
            push = session.get_push_client()
            push.initialize(Filter(certificate.id))
            push.run()
            push.finalize()
            session.close_sync_session()
            connection.close()
        print(json.dumps({"s": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    os.environ.setdefault("MORANGO_SYSTEM_ID", sys.argv[1])  # two machines, for morango
    if sys.argv[1] == "server":
        server(Path(sys.argv[2]))
    else:
        client(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
